// lib/fold-min.wgsl: the minimum, NaN where there is one, as what a reduction combines elements by, four at once.
// Uses: lib/element-*.wgsl

fn fold_identity() -> Quad { return Quad(element_highest()); }

fn fold(a: Quad, b: Quad) -> Quad { return select(select(select(b, a, a < b), b, quad_isnan(b)), a, quad_isnan(a)); }
