// lib/adam.wgsl: one element's step of Adam or AdamW, in PyTorch's order of operations.
//   g ← ±∇ + λ p (Adam)   or   p ← (1 - η λ) p (AdamW)
//   m ← m + (1 - β₁)(g - m);   v ← β₂ v + (1 - β₂) g²;   p ← p - η / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε)
// Source: Kingma & Ba 2015, arXiv:1412.6980; Loshchilov & Hutter 2019, arXiv:1711.05101.

struct Adam {
  offset: u32, // the elements offset … offset + count - 1 are updated
  count: u32,
  step_size: f32,         // η / (1 - β₁ᵗ)
  one_minus_beta1: f32,
  beta2: f32,
  one_minus_beta2: f32,
  eps: f32,
  decay: f32,             // λ, or 1 - η λ with DECOUPLED
  sqrt_correction2: f32,  // √(1 - β₂ᵗ)
}

override DECOUPLED: bool = false;
override MAXIMIZE: bool = false;

const ADAM_WORKGROUP: u32 = 64u;

fn adam_param(p: f32, a: Adam) -> f32 { return select(p, p * a.decay, DECOUPLED); }

fn adam_grad(grad: f32, p: f32, a: Adam) -> f32 {
  let g = select(grad, -grad, MAXIMIZE);
  return select(g, g + a.decay * p, !DECOUPLED && a.decay != 0.0);
}

// Interpolates from the nearer end, as PyTorch's lerp.
fn adam_mean(m: f32, g: f32, a: Adam) -> f32 {
  let w = a.one_minus_beta1;
  return select(g - (g - m) * (1.0 - w), m + w * (g - m), w < 0.5);
}

fn adam_square(v: f32, g: f32, a: Adam) -> f32 { return v * a.beta2 + a.one_minus_beta2 * g * g; }

fn adam_moved(p: f32, m: f32, v: f32, a: Adam) -> f32 {
  return p - a.step_size * m / (sqrt(v) / a.sqrt_correction2 + a.eps);
}
