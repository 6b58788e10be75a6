// lib/sgd.wgsl: what the variants of stochastic gradient descent share.   g ← ±∇ + λ p

struct Sgd {
  count: u32, // of vectors of four
  lr: f32,
  decay: f32,    // λ
  momentum: f32, // μ
  keep: f32,     // μ, but 0 in the first step
  take: f32,     // 1 - dampening, but 1 in the first step
}
