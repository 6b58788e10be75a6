// lib/norm-kind.wgsl: the terms of a p-norm, how they add up, and the norm of their sum.
// Uses: lib/math.wgsl lib/powers.wgsl

override KIND: u32 = 0u; // 0: p = 2; 1: p = 1; 2: any p > 0; 3: p = ∞

fn norm_term(x: f32, power: f32) -> f32 {
  switch KIND {
    case 0u: { return x * x; }
    case 2u: { return math_pow_f32(abs(x), power); }
    default: { return abs(x); }
  }
}

fn norm_combine(a: f32, b: f32) -> f32 {
  if (KIND == 3u) { return math_max(a, b); }
  return a + b;
}

fn norm_root(total: f32, power: f32) -> f32 {
  switch KIND {
    case 0u: { return sqrt(total); }
    case 2u: { return math_pow_f32(total, 1.0 / power); }
    default: { return total; }
  }
}
