// lib/rmsprop.wgsl: what the variants of RMSprop share.
//   v ← α v + (1 - α) g²;   d = √v + ε, or √(v - a²) + ε with the running mean a of the gradient

struct RmsProp {
  offset: u32, // the elements offset … offset + count - 1 are updated
  count: u32,
  lr: f32,
  alpha: f32,
  one_minus_alpha: f32,
  eps: f32,
  decay: f32, // λ
  momentum: f32, // μ
}

fn rmsprop_centered(v: f32, a: f32, eps: f32) -> f32 { return sqrt(v - a * a) + eps; }
