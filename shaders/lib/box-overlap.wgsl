// lib/box-overlap.wgsl: whether two boxes (x1, y1, x2, y2) have an intersection over union above a threshold, as float32 computes it with one
// rounding a step, whatever a processor makes of division.   Uses: lib/exact.wgsl
// Two boxes without area have NaN for a quotient, which is above nothing.

// Nearer to the threshold than this part of it, a processor's quotient may be on its other side.
const BOX_OVERLAP_NEAR: f32 = 1e-4;

fn box_overlap_above(a: vec4f, b: vec4f, threshold: f32) -> bool {
  let side = max(min(a.zw, b.zw) - max(a.xy, b.xy), vec2f(0.0));
  let shared_area = side.x * side.y;
  if (shared_area <= 0.0 && threshold >= 0.0) { return false; }
  let both = (a.z - a.x) * (a.w - a.y) + (b.z - b.x) * (b.w - b.y);
  let quotient = shared_area / (both - shared_area);
  if (!(abs(quotient - threshold) <= BOX_OVERLAP_NEAR * abs(threshold))) { return quotient > threshold; }
  let exact_shared = exact_mul(side.x, side.y);
  let exact_both = exact_mul(a.z - a.x, a.w - a.y) + exact_mul(b.z - b.x, b.w - b.y);
  return exact_div(exact_shared, exact_both - exact_shared) > threshold;
}
