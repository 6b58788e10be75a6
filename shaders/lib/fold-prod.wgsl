// lib/fold-prod.wgsl: the product as what a reduction combines elements by, four at once.
// Uses: lib/element-*.wgsl

fn fold_identity() -> Quad { return Quad(1); }

fn fold(a: Quad, b: Quad) -> Quad { return a * b; }
