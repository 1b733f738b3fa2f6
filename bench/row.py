# SPDX-License-Identifier: Apache-2.0
"""One measured figure, and what it should be."""


def row(what, value, unit, at_least=None, at_most=None):
    bound, target = (">=", at_least) if at_least is not None else ("<=", at_most)
    met = None if target is None else value >= target if bound == ">=" else value <= target
    return {"what": what, "value": value, "unit": unit, "bound": bound, "target": target, "met": met}


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
