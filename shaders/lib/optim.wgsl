// lib/optim.wgsl: what the steps of several optimizers share, four elements an invocation, in PyTorch's order of operations.
//   g ← ±∇ + λ p   or   p ← (1 - η λ) p, with DECOUPLED;   m ← m + w (g - m);   v ← β v + (1 - β) g²
// The using file declares, at the last binding it writes:   var<storage, read_write> fault: array<atomic<u32>, 8>;
//   where faults are reported that the update hangs on (lib/fault.wgsl), and in fault[4] the updates that were not applied.

override DECOUPLED: bool = false;
override MAXIMIZE: bool = false;

const OPTIM_WORKGROUP: u32 = 64u;

// decay: λ, or 1 - η λ with DECOUPLED.
fn optim_param(p: vec4f, decay: f32) -> vec4f { return select(p, p * decay, DECOUPLED); }

fn optim_grad(grad: vec4f, p: vec4f, decay: f32) -> vec4f {
  let g = select(grad, -grad, MAXIMIZE);
  return select(g, g + decay * p, !DECOUPLED && decay != 0.0);
}

// Interpolates from the nearer end, as PyTorch's lerp.
fn optim_lerp(m: vec4f, g: vec4f, w: f32) -> vec4f {
  return select(g - (g - m) * (1.0 - w), m + w * (g - m), w < 0.5);
}

fn optim_square(v: vec4f, g: vec4f, beta: f32, one_minus_beta: f32) -> vec4f { return v * beta + one_minus_beta * g * g; }

// Whether the update hangs on a fault, so that nothing may be written; the first invocation counts it.
fn optim_refused(i: u32) -> bool {
  if (atomicLoad(&fault[0]) == 0u) { return false; }
  if (i == 0u) { atomicAdd(&fault[4], 1u); }
  return true;
}
