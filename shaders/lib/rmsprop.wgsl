// lib/rmsprop.wgsl: what the variants of RMSprop share.
//   v ← α v + (1 - α) g²;   d = √v + ε, or √(v - a²) + ε with the running mean a of the gradient

struct RmsProp {
  count: u32, // of vectors of four
  lr: f32,
  alpha: f32,
  one_minus_alpha: f32,
  eps: f32,
  decay: f32, // λ
  momentum: f32, // μ
}

fn rmsprop_centered(v: vec4f, a: vec4f, eps: f32) -> vec4f { return sqrt(v - a * a) + eps; }
