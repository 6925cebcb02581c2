"""What the generators of this folder share: a grid of voxels in the world, shapes and noise on it, and the NIfTI file.

Every run writes the same bytes: seeds are fixed, and the header is written here by the standard's fields, so that nothing of
the file depends on a library's version. Needs numpy and scipy.
"""
import gzip
import struct

import numpy
from scipy import ndimage


class Grid:
    """Voxels of `spacing` mm about `centre` (mm, RAS), the file's axes running left, posterior, superior, turned by `tilt`
    (degrees about x, y, z)."""

    def __init__(self, size, spacing, centre, tilt=(0.0, 0.0, 0.0)):
        self.size = tuple(size)
        self.spacing = numpy.array(spacing, dtype=float)
        self.centre = numpy.array(centre, dtype=float)
        self.tilt = numpy.radians(tilt)

    def axes(self):
        """Columns: directions of the file's axes."""
        cx, cy, cz = numpy.cos(self.tilt)
        sx, sy, sz = numpy.sin(self.tilt)
        about_x = numpy.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
        about_y = numpy.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        about_z = numpy.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
        return about_z @ about_y @ about_x @ numpy.diag([-1, -1, 1])

    def positions(self):
        """Position of every voxel centre relative to the image's centre, mm, along right, anterior, superior."""
        index = numpy.stack(numpy.meshgrid(*[numpy.arange(n) for n in self.size], indexing="ij"), axis=-1)
        index = index - (numpy.array(self.size) - 1) / 2
        return (index * self.spacing) @ self.axes().T

    def smooth_noise(self, rng, length):
        """A random field of zero mean and unit deviation that varies over `length` mm."""
        field = ndimage.gaussian_filter(rng.normal(size=self.size), length / self.spacing, mode="reflect")
        return (field - field.mean()) / field.std()

    def millilitres(self, labels, value):
        return (labels == value).sum() * self.spacing.prod() * 1e-3

    def write(self, path, labels, text):
        """A compressed NIfTI-1 file of 8-bit labels; sform and qform agree."""
        matrix = self.axes() @ numpy.diag(self.spacing)
        offset = self.centre - matrix @ ((numpy.array(self.size) - 1) / 2)
        header = bytearray(352)
        struct.pack_into("<i", header, 0, 348)
        struct.pack_into("<8h", header, 40, 3, *self.size, 1, 1, 1, 1)
        struct.pack_into("<2h", header, 70, 2, 8)  # uint8
        struct.pack_into("<8f", header, 76, 1, *self.spacing, 0, 0, 0, 0)
        struct.pack_into("<3f", header, 108, 352, 1, 0)  # first voxel's byte, slope, intercept
        header[123] = 2  # mm
        header[148 : 148 + len(text)] = text.encode()
        # The quaternion of the same rotation, for programs that prefer the qform. A tilt about z keeps its first part off 0.
        r = self.axes()
        quaternion = numpy.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]])
        a = 0.5 * numpy.sqrt(max(0.0, 1 + numpy.trace(r)))
        struct.pack_into("<2h", header, 252, 1, 1)  # both in scanner coordinates
        struct.pack_into("<3f", header, 256, *(quaternion / (4 * a)))
        struct.pack_into("<3f", header, 268, *offset)
        for row in range(3):
            struct.pack_into("<4f", header, 280 + 16 * row, *matrix[row], offset[row])
        header[344:348] = b"n+1\0"
        with open(path, "wb") as file:
            with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as out:
                out.write(bytes(header) + labels.tobytes(order="F"))


def ellipsoid(points, centre, radii):
    """About the distance to an ellipsoid's surface, mm, negative inside."""
    q = (points - centre) / radii
    return (numpy.linalg.norm(q, axis=-1) - 1) * numpy.min(radii)


def smooth_union(first, second, width):
    """Distance to two bodies merged, their seam rounded over `width` mm."""
    h = numpy.clip(0.5 + 0.5 * (second - first) / width, 0, 1)
    return second + (first - second) * h - width * h * (1 - h)


def merged_balls(points, middle, lobes, seam):
    """Distance to balls (centre relative to `middle`, radius; mm) merged over `seam` mm."""
    body = None
    for offset, radius in lobes:
        ball = numpy.linalg.norm(points - (numpy.array(middle) + offset), axis=-1) - radius
        body = ball if body is None else smooth_union(body, ball, seam)
    return body


def largest(mask):
    """The largest connected part."""
    parts, count = ndimage.label(mask)
    sizes = numpy.bincount(parts.ravel())
    sizes[0] = 0
    return parts == sizes.argmax()


def print_volumes(grid, labels, names):
    for value, name in enumerate(names):
        print("%d %-20s %8.3f mL" % (value, name, grid.millilitres(labels, value)))
