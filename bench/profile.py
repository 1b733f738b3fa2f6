#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints where a server's processor time went, as a tree of calls, from a record of `./dev bench --perf`.

  bench/profile.py build/bench/NAME.perf [MICROSECONDS-OF-A-CALL [SMALLEST-SHARE-SHOWN]]
"""
import collections
import re
import subprocess
import sys

SYMBOL = re.compile(r"^\s+[0-9a-f]+ (.*) \((\S*)\)$")
NOISE = re.compile(r"\(anonymous namespace\)::|\[abi:cxx11\]|std::__cxx11::|tocsin::|(?:boost::)?(?:core::)?basic_string_view<char>")
# Frames that say nothing about what the work is for.
SKIPPED = ("__libc_start", "start_thread", "clone", "asm_", "entry_SYSCALL", "do_syscall", "std::", "boost::asio", "boost::core", "void boost::asio",
           "execute_native_thread", "libstdc++", "__clone", "x64_sys_call", "ret_from_fork", "_start", "0x", "[unknown]")


def short(name):
    name = NOISE.sub("", name)
    while (cut := re.sub(r"<[^<>]*>", "", name)) != name:
        name = cut
    return re.sub(r"\(.*", "", name).strip() or "?"


def frame(name, library):
    """Of other people's libraries and the kernel only the way in is shown: (shown, the part of the program)."""
    library = library.rsplit("/", 1)[-1]
    if library.startswith("[kernel"):
        return f"kernel {name}", "kernel"
    return (library if name == "[unknown]" else short(name)), library


def folded(frames):
    """Frames from the outermost, without those that say nothing and the insides of libraries."""
    shown, before = [], None
    for name, library in frames:
        if name.startswith(SKIPPED) or name.removeprefix("kernel ").startswith(SKIPPED):
            continue
        if library != before or library == "tocsin" or library.startswith("bench_"):
            shown.append(name)
        before = library
    return shown


def stacks(file):
    """The frames of each sample."""
    script = subprocess.Popen(["perf", "script", "-i", file, "--no-inline", "-F", "ip,sym,dso"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    frames = []
    for line in script.stdout:
        if found := SYMBOL.match(line):
            frames.append(frame(*found.groups()))
        elif frames:
            yield folded(reversed(frames)), frames[0]
            frames = []


class Node:
    def __init__(self):
        self.count, self.below = 0, collections.defaultdict(Node)

    def add(self, frames):
        self.count += 1
        node = self
        for name in frames[:40]:
            node = node.below[name]
            node.count += 1


def show(name, node, scale, least, depth=0):
    if node.count * scale[1] < least:
        return
    print(f"{node.count * scale[0]:8.1f} {node.count * scale[1]:5.1f} %  {'  ' * depth}{name}")
    for below, child in sorted(node.below.items(), key=lambda item: -item[1].count):
        show(below, child, scale, least, depth + 1)


def ranking(title, counts, scale, rows):
    print(title)
    for name, count in counts.most_common(rows):
        print(f"{count * scale[0]:8.1f} {count * scale[1]:5.1f} %  {name}")


def main():
    file, micros, least = [*sys.argv[1:4], *["100", "0.7"][len(sys.argv) - 2:]]
    tree, selves, libraries, within, total = Node(), collections.Counter(), collections.Counter(), collections.Counter(), 0
    for frames, (leaf, library) in stacks(file):
        tree.add(frames)
        selves[leaf] += 1
        libraries[library] += 1
        within.update(set(frames))
        total += 1
    scale = (float(micros) / total, 100 / total)
    print(f"{total} samples; microseconds of a call, and share")
    show("all threads", tree, scale, float(least))
    ranking("with all that they call, wherever they are called from:", within, scale, 70)
    ranking("functions by themselves:", selves, scale, 40)
    ranking("parts:", libraries, scale, 10)


main()
