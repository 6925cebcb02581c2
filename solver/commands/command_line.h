#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

namespace intratumor {

/// Reads a command's options strictly: no abbreviations, every option known, values where they belong.
/// `positional` options take what has no name. InputError in one line, which names the nearest option and
/// ends with where help is.
boost::program_options::variables_map read_options(
    const std::string& command, const std::vector<std::string>& arguments,
    const boost::program_options::options_description& options,
    const boost::program_options::positional_options_description& positional);

/// True on the rank that speaks before MPI runs: 0 of an MPI launcher, or a program started alone.
bool is_first_of_launch();

/// Whether mpirun started the program.
bool is_launched();

}  // namespace intratumor
