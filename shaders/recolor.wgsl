// recolor.wgsl: pictures in other colours, each by a code and numbers of its own; one invocation a pixel.
//   brightness x·a   contrast x·a + mean(grey)·b   saturation x·a + grey·b   sharpness x + b·(smooth − x)   hue turned by a
//   posterize to a bits   solarize from a on   autocontrast   equalize   invert   grey   channels a, b, c. Any other code: as it is.
// Bytes come out as torchvision's on a processor with fused multiplication and addition, which rounds less.
// Uses: lib/exact.wgsl, lib/recolor.wgsl
@group(0) @binding(0) var<storage, read> x: array<u32>;              // [N, CHANNELS, H, W]
@group(0) @binding(1) var<storage, read> rows: array<vec4f>;         // [N or 1]
@group(0) @binding(2) var<storage, read> tables: array<u32>;         // [N, CHANNELS, 256]: see recolor-tables.wgsl
@group(0) @binding(3) var<storage, read_write> y: array<u32>;        // [N, CHANNELS, H, W]
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  pixels: u32, // N · H · W
  height: u32,
  width: u32,
  row_step: u32,
}

const WORKGROUP: u32 = 64u;

fn stored(value: f32) -> u32 {
  if (FLOATS == 1u) { return bitcast<u32>(value); }
  return u32(value);
}

fn bound() -> f32 { return select(255.0, 1.0, FLOATS == 1u); }

// x · a + other · b, in range.
fn blended(value: f32, a: f32, other: f32, b: f32) -> u32 {
  if (FLOATS == 1u) { return bitcast<u32>(clamp(value * a + other * b, 0.0, 1.0)); }
  return u32(clamp(exact_fma(other, b, exact_mul(value, a)), 0.0, 255.0));
}

fn smooth_around(at: u32) -> f32 {
  var sum = 4.0 * recolor_sample(at);
  for (var dy = 0u; dy < 3u; dy++) {
    let row = at + dy * params.width - params.width - 1u;
    for (var dx = 0u; dx < 3u; dx++) { sum += recolor_sample(row + dx); }
  }
  if (FLOATS == 1u) { return sum / 13.0; }
  // Never half a unit, since 13 is odd.
  return f32((2u * u32(sum) + 13u) / 26u);
}

fn sharpened(at: u32, inside: bool, b: f32) -> u32 {
  let value = recolor_sample(at);
  if (!inside) { return stored(clamp(value, 0.0, bound())); }
  let change = smooth_around(at) - value;
  if (FLOATS == 1u) { return bitcast<u32>(clamp(value + change * b, 0.0, 1.0)); }
  return u32(clamp(exact_fma(change, b, value), 0.0, 255.0));
}

fn posterized(at: u32, bits: f32) -> u32 {
  let kept = u32(bits);
  if (FLOATS == 0u) { return x[at] & 255u & (255u << (8u - min(kept, 8u))); }
  let levels = f32(1u << kept);
  return bitcast<u32>(clamp(floor(bitcast<f32>(x[at]) * levels), 0.0, levels - 1.0) / levels);
}

fn inverted(at: u32) -> u32 {
  if (FLOATS == 1u) { return bitcast<u32>(1.0 - bitcast<f32>(x[at])); }
  return 255u - (x[at] & 255u);
}

fn stretched(at: u32, table: u32) -> u32 {
  if (FLOATS == 0u) { return tables[table + (x[at] & 255u)]; }
  let low = bitcast<f32>(tables[table]);
  return bitcast<u32>(clamp((bitcast<f32>(x[at]) - low) / bitcast<f32>(tables[table + 1u]), 0.0, 1.0));
}

fn equalized(at: u32, table: u32) -> u32 {
  let level = tables[table + recolor_level(at)];
  if (FLOATS == 1u) { return bitcast<u32>(f32(level) * 0.003921568859368563); }
  return level;
}

fn product(a: f32, b: f32) -> f32 {
  if (FLOATS == 1u) { return a * b; }
  return exact_mul(a, b);
}

fn quotient(a: f32, b: f32) -> f32 {
  if (FLOATS == 1u) { return a / b; }
  return exact_div(a, b);
}

// Colours of a turned hue. Source: Pillow, Convert.c, as torchvision has it.
fn turned(rgb: vec3f, by: f32) -> vec3f {
  let high = max(max(rgb.x, rgb.y), rgb.z);
  let low = min(min(rgb.x, rgb.y), rgb.z);
  let even = high == low;
  let range = high - low;
  var divisors = vec4f(vec3f(select(range, 1.0, even)), select(high, 1.0, even));
  var quotients = vec4f(high - rgb, range);
  for (var i = 0u; i < 4u; i++) { quotients[i] = quotient(quotients[i], divisors[i]); }
  let away = quotients.xyz;
  let s = quotients.w;
  var sixth = away.z - away.y;
  if (high != rgb.x) { sixth = select(away.y + 4.0 - away.x, away.x + 2.0 - away.z, high == rgb.y); }
  let positive = product(sixth, 0.16666667163372040) + 1.0;
  let moved = positive - floor(positive) + by;
  let h = product(select(moved, moved + 1.0, moved < 0.0) - select(0.0, 1.0, moved >= 1.0), 6.0);
  let sector = floor(h);
  let part = product(s, h - sector);
  let q = clamp((1.0 - part) * high, 0.0, 1.0);
  let t = clamp((part + (1.0 - s)) * high, 0.0, 1.0);
  let p = clamp((1.0 - s) * high, 0.0, 1.0);
  switch (u32(sector) % 6u) {
    case 0u: { return vec3f(high, t, p); }
    case 1u: { return vec3f(q, high, p); }
    case 2u: { return vec3f(p, high, t); }
    case 3u: { return vec3f(p, q, high); }
    case 4u: { return vec3f(t, p, high); }
    default: { return vec3f(high, p, q); }
  }
}

fn recolor_hue(at: u32, plane: u32, by: f32) {
  var rgb = vec3f(recolor_sample(at), recolor_sample(at + plane), recolor_sample(at + 2u * plane));
  if (FLOATS == 0u) {
    for (var i = 0u; i < 3u; i++) { rgb[i] = exact_mul(rgb[i], 0.003921568859368563); }
  }
  let made = turned(rgb, by) * select(255.999, 1.0, FLOATS == 1u);
  y[at] = stored(made.x);
  y[at + plane] = stored(made.y);
  y[at + 2u * plane] = stored(made.z);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pixel = (wid.y * nwg.x + wid.x) * WORKGROUP + lane;
  if (pixel >= params.pixels) { return; }
  let plane = params.height * params.width;
  let picture = pixel / plane;
  let place = pixel % plane;
  let row = rows[picture * params.row_step];
  let code = u32(row.x);
  let first = picture * CHANNELS * plane + place;
  if (CHANNELS == 3u && code == RECOLOR_HUE) {
    recolor_hue(first, plane, row.y);
    return;
  }
  var other = 0.0;
  if (code == RECOLOR_CONTRAST) { other = bitcast<f32>(tables[picture * CHANNELS * 256u]); }
  if (code == RECOLOR_SATURATION || code == RECOLOR_GRAY) { other = recolor_gray(first, plane); }
  let inside = place >= params.width && place + params.width < plane && place % params.width > 0u && place % params.width + 1u < params.width;
  for (var channel = 0u; channel < CHANNELS; channel++) {
    let at = first + channel * plane;
    let table = (picture * CHANNELS + channel) * 256u;
    var made = x[at];
    switch (code) {
      case RECOLOR_BRIGHTNESS: { made = stored(clamp(recolor_sample(at) * row.y, 0.0, bound())); }
      case RECOLOR_CONTRAST, RECOLOR_SATURATION: {
        if (CHANNELS == 3u || code == RECOLOR_CONTRAST) { made = blended(recolor_sample(at), row.y, other, row.z); }
      }
      case RECOLOR_SHARPNESS: { if (params.height > 2u && params.width > 2u) { made = sharpened(at, inside, row.z); } }
      case RECOLOR_POSTERIZE: { made = posterized(at, row.y); }
      case RECOLOR_SOLARIZE: { if (recolor_sample(at) >= row.y) { made = inverted(at); } }
      case RECOLOR_AUTOCONTRAST: { made = stretched(at, table); }
      case RECOLOR_EQUALIZE: { made = equalized(at, table); }
      case RECOLOR_INVERT: { made = inverted(at); }
      case RECOLOR_GRAY: { made = stored(other); }
      case RECOLOR_PERMUTE: { made = x[first + min(u32(row[min(channel, 2u) + 1u]), CHANNELS - 1u) * plane]; }
      default: {}
    }
    y[at] = made;
  }
}
