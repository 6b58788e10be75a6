// lib/exact.wgsl: arithmetic in float32 with one rounding, to the nearest, halves to even, whatever a processor makes of fma and division.
//   exact_fma(a, b, c) = a · b + c    exact_mul(a, b) = a · b    exact_div(a, b) = a / b
// In whole numbers, so that no compiler can contract or reorder it. For finite numbers; what is below 2^-126 counts as 0.
// Without branches, and to be called from loops: compilers write each call out, and took seconds for twenty calls.

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
  let bits = s & 31u;
  let carried = select(0u, v.x >> (32u - bits), bits != 0u);
  return select(vec2u(v.x << bits, (v.y << bits) | carried), vec2u(0u, v.x << bits), s >= 32u);
}

// Its lowest bit tells whether anything was lost.
fn exact_right(v: vec2u, s: u32) -> vec2u {
  let bits = s & 31u;
  let words = select(select(v, vec2u(v.y, 0u), s >= 32u), vec2u(0u), s >= 64u);
  let lost = select(0u, v.x, s >= 32u) | select(0u, v.y, s >= 64u) | (words.x & ((1u << bits) - 1u));
  let carried = select(0u, words.y << (32u - bits), bits != 0u);
  return vec2u((words.x >> bits) | carried | u32(lost != 0u), words.y >> bits);
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
  let top = select(firstLeadingBit(v.x), 32u + firstLeadingBit(v.y), v.y != 0u);
  let whole = exact_left(v, 63u - top);
  let rest = whole.y & 255u;
  let up = rest > 128u || (rest == 128u && (whole.x != 0u || (whole.y & 256u) != 0u));
  let biased = max(e + i32(top) + 127, -1);
  // The leading bit, and what rounding carries into it, counts in the exponent.
  let bits = ((biased - 1) << 23u) + i32((whole.y >> 8u) + u32(up));
  let some = (v.x | v.y) != 0u;
  let size = select(0u, u32(bits), some && bits >= 0x800000);
  return bitcast<f32>(size | (u32(some && negative) << 31u));
}

fn exact_fma(a: f32, b: f32, c: f32) -> f32 {
  let pa = exact_parts(a);
  let pb = exact_parts(b);
  let pc = exact_parts(c);
  let negative = pa.negative != pb.negative;
  // 14 bits below the product's, so that what is shifted out of either side is far below the last bit of the sum.
  let e = pa.e + pb.e - 14;
  let other = select(pc.e, e, pc.m == 0u);
  let product = exact_right(exact_left(exact_product(pa.m, pb.m), 14u), u32(max(other - e - 38, 0)));
  let addend = exact_right(exact_left(vec2u(pc.m, 0u), u32(clamp(other - e, 0, 38))), u32(max(e - other, 0)));
  let low = product.x + addend.x;
  let sum = vec2u(low, product.y + addend.y + u32(low < product.x));
  let swapped = product.y < addend.y || (product.y == addend.y && product.x < addend.x);
  let more = select(product, addend, swapped);
  let less = select(addend, product, swapped);
  let rest = vec2u(more.x - less.x, more.y - less.y - u32(more.x < less.x));
  let alike = negative == pc.negative;
  let made = exact_rounded(select(rest, sum, alike), max(e, other - 38), select(negative, pc.negative, swapped && !alike));
  return select(made, c, pa.m == 0u || pb.m == 0u);
}

fn exact_mul(a: f32, b: f32) -> f32 {
  let pa = exact_parts(a);
  let pb = exact_parts(b);
  return exact_rounded(exact_product(pa.m, pb.m), pa.e + pb.e, pa.negative != pb.negative);
}

// The processor's quotient may be off by some units; what is left of a, divided once more, tells by how much.
fn exact_div(a: f32, b: f32) -> f32 {
  let q = a / b;
  return exact_fma(exact_fma(-q, b, a), 1.0 / b, q);
}
