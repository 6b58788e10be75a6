// lib/adam.wgsl: what the variants of Adam and AdamW have beside lib/optim.wgsl, in PyTorch's order of operations.
//   g ← ±∇ + λ p (Adam)   or   p ← (1 - η λ) p (AdamW)
//   m ← m + (1 - β₁)(g - m);   v ← β₂ v + (1 - β₂) g²;   p ← p - η / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε)
// Source: Kingma & Ba 2015, arXiv:1412.6980; Loshchilov & Hutter 2019, arXiv:1711.05101.

struct Adam {
  count: u32, // of vectors of four
  step_size: f32,         // η / (1 - β₁ᵗ)
  one_minus_beta1: f32,
  beta2: f32,
  one_minus_beta2: f32,
  eps: f32,
  decay: f32,             // λ, or 1 - η λ with DECOUPLED
  sqrt_correction2: f32,  // √(1 - β₂ᵗ)
}

fn adam_moved(p: vec4f, m: vec4f, v: vec4f, a: Adam) -> vec4f {
  return p - a.step_size * m / (sqrt(v) / a.sqrt_correction2 + a.eps);
}
