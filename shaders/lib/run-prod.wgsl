// lib/run-prod.wgsl: the product as what a scan carries from element to element.
// Uses: lib/element-*.wgsl

fn run_start() -> Element { return Element(1); }

fn run_step(a: Element, b: Element) -> Element { return a * b; }
