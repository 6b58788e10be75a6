// lib/moments.wgsl: what the kernels of moments share: sums over a strip, and scales for deviations whose squares a float32 cannot hold.
// Uses: lib/strips.wgsl
// The using file declares:   struct Params { strips: Strips } var<uniform> params: Params; var<storage, read> x: array<f32>; var<storage, read> x4: array<vec4f>;

override ROOT: bool = false;

// Deviations times these have squares that a float32 holds, whatever they are.
const SHRINK = 8.271806125530277e-25; // 2^-80
const GROW = 1.2089258196146292e24; // 2^80
const SMALL = 1e-30; // below it, squares may be lost to a term that counts

fn infinite(x: f32) -> bool { return (bitcast<i32>(x) & 0x7fffffff) == 0x7f800000; }

// The scale of the next walk: 0 if this walk's sum of squares fits a float32, so that no other walk is needed.
fn next_scale(scale: f32, m2: f32) -> f32 {
  return select(0.0, select(select(0.0, GROW, m2 < SMALL), SHRINK, infinite(m2)), ROOT & (scale == 1.0));
}

fn written(scale: f32, m2: f32) -> f32 { return select(-sqrt(m2) / scale, m2, scale == 1.0); }

// How many elements, or fours, the strip has.
fn strip_length(place: vec3<u32>) -> u32 {
  let range = strips_range(place.z);
  let inner = (max(range.y, range.x) - range.x + params.strips.lanes - 1u) / params.strips.lanes;
  return (params.strips.outer - place.y + params.strips.strips_outer - 1u) / params.strips.strips_outer * inner;
}

// Σ scale (x - center) or the squares of these over the strip.
fn strip_sum(place: vec3<u32>, center: f32, squared: bool, scale: f32) -> f32 {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  let stride = params.strips.inner_stride;
  var sum = 0.0;
  for (var outer = place.y; outer < params.strips.outer; outer += params.strips.strips_outer) {
    let run = base + strips_outer_offset(outer);
    for (var i = range.x; i < range.y;) {
      let stop = min(i + STRIPS_BLOCK * step, range.y);
      var part = 0.0;
      for (; i < stop; i += step) {
        let deviation = (x[run + i * stride] - center) * scale;
        part += select(deviation, deviation * deviation, squared);
      }
      sum += part;
    }
  }
  return sum;
}

fn strip_sum4(place: vec3<u32>, center: vec4f, squared: bool, scale: vec4f) -> vec4f {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  let stride = params.strips.inner_stride;
  var sum = vec4f();
  for (var outer = place.y; outer < params.strips.outer; outer += params.strips.strips_outer) {
    let run = base + strips_outer_offset(outer);
    for (var i = range.x; i < range.y;) {
      let stop = min(i + STRIPS_BLOCK * step, range.y);
      var part = vec4f();
      for (; i < stop; i += step) {
        let deviation = (x4[run + i * stride] - center) * scale;
        part += select(deviation, deviation * deviation, squared);
      }
      sum += part;
    }
  }
  return sum;
}
