// A synthetic tumour at the surface of a kidney, as a mesh: an ellipsoid of 4.1 mL with a necrotic core, half of it
// within the kidney's upper pole. Lengths in mm, axes RAS. kidney_tumour.msh is made of it by
//
//     gmsh -3 -format msh41 meshes/kidney_tumour.geo
SetFactory("OpenCASCADE");

Sphere(1) = {0, 0, 0, 1};                     // tumour
Dilate {{0, 0, 0}, {11, 10, 9}} { Volume{1}; }
Sphere(2) = {1, -1, 0, 1};                    // its core
Dilate {{1, -1, 0}, {4.5, 4, 3.5}} { Volume{2}; }
Sphere(3) = {0, 0, -32, 1};                   // the kidney's pole
Dilate {{0, 0, -32}, {24, 22, 33}} { Volume{3}; }
Box(4) = {-27, -26, -25, 54, 52, 50};         // what of it lies round the tumour
BooleanIntersection(5) = { Volume{3}; Delete; }{ Volume{4}; Delete; };

BooleanFragments{ Volume{1, 2, 5}; Delete; }{}
// What Gmsh 4.8 numbers so: beyond the kidney's surface and within it.
tumour() = {1, 2};
necrosis() = {3, 4};
kidney() = {5};
Physical Volume("tumour", 1) = tumour();
Physical Volume("kidney", 2) = kidney();
Physical Volume("necrosis", 3) = necrosis();

MeshSize { PointsOf{ Volume{kidney()}; } } = 7;
MeshSize { PointsOf{ Volume{tumour()}; } } = 2.2;
Mesh.MeshSizeExtendFromBoundary = 1;
Mesh.MeshSizeFromCurvature = 22;
Mesh.MeshSizeMin = 1.2;
Mesh.MeshSizeMax = 7;
Mesh.Algorithm3D = 1;
Mesh.Optimize = 1;
