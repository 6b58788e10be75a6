// softmax-long.wgsl: the results of softmax.wgsl for rows on GPUs that are long and too few to give each a workgroup: each has `parts`.
//   parts:  m_k = max x,   s_k = Σ e^(x - m_k)   over part k of the row
//   spread: y_i = e^(x_i - m) / Σ_k s_k e^(m_k - m)   or   x_i - m - ln of that sum,   m = max_k m_k
// Uses: lib/workgroup-*.wgsl, lib/math.wgsl, lib/softmax-walks.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;        // [rows, n]
@group(0) @binding(1) var<storage, read> states: array<f32>;   // [rows, parts, 2]: m_k and s_k; unread in `parts`
@group(0) @binding(2) var<storage, read_write> y: array<f32>;  // spread: [rows, n]; parts: as states
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  rows: u32,
  n: u32,
  parts: u32, // at most WORKGROUP
  part: u32,  // elements
}

const WORKGROUP: u32 = 256u;

// Where a workgroup's part of its row begins and ends.
fn bounds(group: u32) -> vec2u {
  let row = group / params.parts;
  let start = group % params.parts * params.part;
  return row * params.n + vec2u(start, min(start + params.part, params.n));
}

@compute @workgroup_size(WORKGROUP)
fn parts(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.rows * params.parts) { return; }
  let part = bounds(group);
  let own = peak_and_sum(part.x + lid.x, part.y, WORKGROUP);
  let m = workgroup_max(lid.x, own.x);
  let sum = workgroup_sum(lid.x, vec2f(own.y * math_exp_below(own.x - m), 0.0)).x;
  if (lid.x == 0u) {
    y[2u * group] = m;
    y[2u * group + 1u] = sum;
  }
}

@compute @workgroup_size(WORKGROUP)
fn spread(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.rows * params.parts) { return; }
  let part = bounds(group);
  var own = vec2f(LOWEST, 0.0);
  if (lid.x < params.parts) {
    let at = 2u * (group / params.parts * params.parts + lid.x);
    own = vec2f(states[at], states[at + 1u]);
  }
  let m = workgroup_max(lid.x, own.x);
  let sum = workgroup_sum(lid.x, vec2f(own.y * math_exp_below(own.x - m), 0.0)).x;
  // Four elements are loaded at a time: with one load under way, a lane would wait for each element in turn.
  let shift = select(0.0, math_log(sum), LOG);
  let total = select(sum, 1.0, SAFE & (sum == 0.0));
  var i = part.x + lid.x;
  for (; i + 3u * WORKGROUP < part.y; i += 4u * WORKGROUP) {
    let v = vec4f(x[i], x[i + WORKGROUP], x[i + 2u * WORKGROUP], x[i + 3u * WORKGROUP]) - m;
    var r = v - shift;
    if (!LOG) { r = exp4(v) / total; }
    y[i] = r.x;
    y[i + WORKGROUP] = r.y;
    y[i + 2u * WORKGROUP] = r.z;
    y[i + 3u * WORKGROUP] = r.w;
  }
  write(i, part.y, WORKGROUP, m, sum);
}
