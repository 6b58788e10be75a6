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

override MAXIMIZE: bool = false;

const SGD_WORKGROUP: u32 = 64u;

fn sgd_grad(grad: f32, p: f32, s: Sgd) -> f32 {
  let g = select(grad, -grad, MAXIMIZE);
  return select(g, g + s.decay * p, s.decay != 0.0);
}
