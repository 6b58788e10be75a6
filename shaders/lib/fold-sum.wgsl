// lib/fold-sum.wgsl: the sum as what a reduction combines elements by, four at once.
// Uses: lib/element-*.wgsl

fn fold_identity() -> Quad { return Quad(0); }

fn fold(a: Quad, b: Quad) -> Quad { return a + b; }
