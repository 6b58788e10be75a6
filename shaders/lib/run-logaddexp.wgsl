// lib/run-logaddexp.wgsl: ln(e^a + e^b), without overflow, as what a scan carries from element to element.
//   max + ln(1 + e^(min - max));   an infinite maximum is the result itself
// Uses: lib/element-f32.wgsl, lib/math.wgsl

fn run_start() -> Element { return element_lowest(); }

fn run_step(a: Element, b: Element) -> Element {
  let top = math_max(a, b);
  if (math_isinf(top)) { return top; }
  return top + math_log1p(math_exp(math_min(a, b) - top));
}
