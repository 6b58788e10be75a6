// lib/run-sum.wgsl: the sum as what a scan carries from element to element.
// Uses: lib/element-*.wgsl

fn run_start() -> Element { return Element(0); }

fn run_step(a: Element, b: Element) -> Element { return a + b; }
