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
  var areas = vec3f(side.x, a.z - a.x, b.z - b.x);
  var heights = vec3f(side.y, a.w - a.y, b.w - b.y);
  for (var i = 0u; i < 3u; i++) { areas[i] = exact_mul(areas[i], heights[i]); }
  return exact_div(areas.x, areas.y + areas.z - areas.x) > threshold;
}
