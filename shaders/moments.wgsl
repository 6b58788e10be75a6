// moments.wgsl: mean and squared deviations of one strip of one output an invocation, in two walks over the strip.
//   mean = Σ x / n,   m2 = Σ (x - mean)²
// Uses: lib/strips.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> partial: array<f32>; // [3, invocations]: n, mean, m2
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  strips: Strips,
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let place = strips_place(index);
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  let stride = params.strips.inner_stride;
  var n = 0u;
  var sum = 0.0;
  for (var outer = place.y; outer < params.strips.outer; outer += params.strips.strips_outer) {
    let run = base + strips_outer_offset(outer);
    var part = 0.0;
    for (var i = range.x; i < range.y; i += step) {
      part += x[run + i * stride];
      n++;
    }
    sum += part;
  }
  let mean = sum / f32(max(n, 1u));
  var m2 = 0.0;
  for (var outer = place.y; outer < params.strips.outer; outer += params.strips.strips_outer) {
    let run = base + strips_outer_offset(outer);
    var part = 0.0;
    for (var i = range.x; i < range.y; i += step) {
      let deviation = x[run + i * stride] - mean;
      part += deviation * deviation;
    }
    m2 += part;
  }
  partial[index] = f32(n);
  partial[strips_count() + index] = mean;
  partial[2u * strips_count() + index] = m2;
}
