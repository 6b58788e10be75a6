// lib/sgd.wgsl: what the variants of stochastic gradient descent share.   g ← ±∇ + λ p

struct Sgd {
  offset: u32, // the elements offset … offset + count - 1 are updated
  count: u32,
  lr: f32,
  decay: f32,    // λ
  momentum: f32, // μ
  keep: f32,     // μ, but 0 in the first step
  take: f32,     // 1 - dampening, but 1 in the first step
}
