// lib/softmax-walks.wgsl: the two walks of softmax.wgsl over the elements first, first + step, … below stop.
// Uses: lib/math.wgsl
// The using file declares:   var<storage, read> x: array<f32>; var<storage, read_write> y: array<f32>;

override LOG: bool = false;
override SAFE: bool = false; // rows of -infinity alone give 0, not NaN

const LOWEST = -3.402823466e38; // finite: rows may begin with -infinity

fn greater(a: f32, b: f32) -> f32 { return select(b, a, a > b); }

fn greatest(v: vec4f) -> f32 { return greater(greater(v.x, v.y), greater(v.z, v.w)); }

fn exp4(v: vec4f) -> vec4f {
  return vec4f(math_exp_below(v.x), math_exp_below(v.y), math_exp_below(v.z), math_exp_below(v.w));
}

// m and the sum of the elements first, first + step, … below stop.
fn peak_and_sum(first: u32, stop: u32, step: u32) -> vec2f {
  var m = LOWEST;
  var sum = 0.0;
  var i = first;
  for (; i + 3u * step < stop; i += 4u * step) {
    let v = vec4f(x[i], x[i + step], x[i + 2u * step], x[i + 3u * step]);
    let higher = greater(greatest(v), m);
    sum = sum * math_exp_below(m - higher) + dot(exp4(v - higher), vec4f(1.0));
    m = higher;
  }
  for (; i < stop; i += step) {
    let higher = greater(x[i], m);
    sum = sum * math_exp_below(m - higher) + math_exp_below(x[i] - higher);
    m = higher;
  }
  return vec2f(m, sum);
}

fn write(first: u32, stop: u32, step: u32, m: f32, sum: f32) {
  if (LOG) {
    let shift = math_log(sum);
    for (var i = first; i < stop; i += step) { y[i] = x[i] - m - shift; }
  } else {
    let total = select(sum, 1.0, SAFE & (sum == 0.0));
    for (var i = first; i < stop; i += step) { y[i] = math_exp_below(x[i] - m) / total; }
  }
}
