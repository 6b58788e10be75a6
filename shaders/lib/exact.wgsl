// lib/exact.wgsl: arithmetic in float32 with one rounding, to the nearest, halves to even, whatever a processor makes of fma and division.
//   exact_fma(a, b, c) = a · b + c    exact_mul(a, b) = a · b    exact_div(a, b) = a / b
// In whole numbers, so that no compiler can contract or reorder it. For finite numbers; what is below 2^-126 counts as 0.

// The number is ± m · 2^e, m of 24 bits or 0.
struct ExactParts {
  m: u32,
  e: i32,
  negative: bool,
}

fn exact_parts(x: f32) -> ExactParts {
  let bits = bitcast<u32>(x);
  let biased = (bits >> 23u) & 255u;
  return ExactParts(select(0u, (bits & 0x7fffffu) | 0x800000u, biased != 0u), i32(biased) - 150, (bits >> 31u) != 0u);
}

// Numbers of 64 bits: x holds the low half, y the high one.
fn exact_left(v: vec2u, s: u32) -> vec2u {
  if (s == 0u) { return v; }
  if (s >= 32u) { return vec2u(0u, v.x << (s - 32u)); }
  return vec2u(v.x << s, (v.y << s) | (v.x >> (32u - s)));
}

// Its lowest bit tells whether anything was lost.
fn exact_right(v: vec2u, s: u32) -> vec2u {
  if (s == 0u) { return v; }
  if (s >= 64u) { return vec2u(u32((v.x | v.y) != 0u), 0u); }
  if (s >= 32u) {
    let lost = v.x | (v.y & ((1u << (s - 32u)) - 1u));
    return vec2u((v.y >> (s - 32u)) | u32(lost != 0u), 0u);
  }
  let lost = v.x & ((1u << s) - 1u);
  return vec2u((v.x >> s) | (v.y << (32u - s)) | u32(lost != 0u), v.y >> s);
}

fn exact_product(a: u32, b: u32) -> vec2u {
  let low = (a & 0xfffu) * (b & 0xfffu);
  let middle = (a & 0xfffu) * (b >> 12u) + (a >> 12u) * (b & 0xfffu);
  let high = (a >> 12u) * (b >> 12u);
  let first = low + (middle << 12u);
  let second = first + (high << 24u);
  return vec2u(second, (high >> 8u) + (middle >> 20u) + u32(first < low) + u32(second < first));
}

// ± v · 2^e as float32.
fn exact_rounded(v: vec2u, e: i32, negative: bool) -> f32 {
  if ((v.x | v.y) == 0u) { return 0.0; }
  let top = select(firstLeadingBit(v.x), 32u + firstLeadingBit(v.y), v.y != 0u);
  let whole = exact_left(v, 63u - top);
  let rest = whole.y & 255u;
  var m = whole.y >> 8u;
  var biased = e + i32(top) + 127;
  if (rest > 128u || (rest == 128u && (whole.x != 0u || (m & 1u) != 0u))) { m++; }
  if (m == 0x1000000u) {
    m = 0x800000u;
    biased++;
  }
  let bits = select((u32(biased) << 23u) | (m & 0x7fffffu), 0u, biased <= 0);
  return bitcast<f32>(select(bits, bits | 0x80000000u, negative));
}

fn exact_fma(a: f32, b: f32, c: f32) -> f32 {
  let pa = exact_parts(a);
  let pb = exact_parts(b);
  let pc = exact_parts(c);
  if (pa.m == 0u || pb.m == 0u) { return c; }
  let negative = pa.negative != pb.negative;
  // 14 bits below the product's, so that what is shifted out of either side is far below the last bit of the sum.
  var product = exact_left(exact_product(pa.m, pb.m), 14u);
  var e = pa.e + pb.e - 14;
  if (pc.m == 0u) { return exact_rounded(product, e, negative); }
  var addend = vec2u(pc.m, 0u);
  let shift = pc.e - e;
  if (shift > 38) {
    product = exact_right(product, u32(shift - 38));
    addend = exact_left(addend, 38u);
    e = pc.e - 38;
  } else if (shift >= 0) {
    addend = exact_left(addend, u32(shift));
  } else {
    addend = exact_right(addend, u32(-shift));
  }
  if (negative == pc.negative) {
    let low = product.x + addend.x;
    return exact_rounded(vec2u(low, product.y + addend.y + u32(low < product.x)), e, negative);
  }
  let swapped = product.y < addend.y || (product.y == addend.y && product.x < addend.x);
  let more = select(product, addend, swapped);
  let less = select(addend, product, swapped);
  let rest = vec2u(more.x - less.x, more.y - less.y - u32(more.x < less.x));
  return exact_rounded(rest, e, select(negative, pc.negative, swapped));
}

fn exact_mul(a: f32, b: f32) -> f32 { return exact_fma(a, b, 0.0); }

// The processor's quotient may be off by some units; what is left of a, divided once more, tells by how much.
fn exact_div(a: f32, b: f32) -> f32 {
  let q = a / b;
  return exact_fma(exact_fma(-q, b, a), 1.0 / b, q);
}
