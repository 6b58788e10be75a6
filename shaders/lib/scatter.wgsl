// lib/scatter.wgsl: how the elements that are put into one place become one.
// Uses: lib/element-*.wgsl

override KIND: u32 = 0u; // 0 sum, 1 the last, 2 product, 3 greatest, 4 least, 5 mean
override INCLUDES: bool = true; // what was there before is one of them
override WHOLE: bool = false; // a mean is rounded down
override HELD: u32 = 0u; // 0: all bits of the element; 8: the low ones, as uint8; 1: whether it is 0, as bool

fn scatter_held(x: Element) -> Element {
  if (HELD == 8u) { return Element(u32(x) & 255u); }
  if (HELD == 1u) { return Element(min(u32(x), 1u)); }
  return x;
}

fn scatter_begin(before: Element) -> Element {
  if (INCLUDES) { return before; }
  if (KIND == 2u) { return Element(1); }
  if (KIND == 3u) { return element_lowest(); }
  if (KIND == 4u) { return element_highest(); }
  return Element(0);
}

fn scatter_fold(a: Element, b: Element) -> Element {
  if (KIND == 1u) { return b; }
  if (KIND == 2u) { return scatter_held(a * b); }
  if (KIND == 3u) { return select(select(b, a, a > b), select(b, a, element_isnan(a)), element_isnan(a) || element_isnan(b)); }
  if (KIND == 4u) { return select(select(b, a, a < b), select(b, a, element_isnan(a)), element_isnan(a) || element_isnan(b)); }
  return scatter_held(a + b);
}

fn scatter_end(before: Element, folded: Element, terms: u32) -> Element {
  if (terms == 0u) { return before; }
  if (KIND != 5u) { return folded; }
  let divisor = Element(terms + select(0u, 1u, INCLUDES));
  let quotient = folded / divisor;
  return select(quotient, quotient - Element(1), WHOLE && quotient * divisor > folded);
}
