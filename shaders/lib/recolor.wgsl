// lib/recolor.wgsl: what the passes of recoloring share: the codes of what is done to a picture, its samples, and grey.
//   grey = .2989 r + .587 g + .114 b, of bytes without its fraction.   Uses: lib/exact.wgsl
// The using file declares bytes, or the bits of floats, [N, CHANNELS, H, W]:   var<storage, read> x: array<u32>;

const FLOATS: u32 = 0u;
const CHANNELS: u32 = 3u;

const RECOLOR_BRIGHTNESS: u32 = 1u;
const RECOLOR_CONTRAST: u32 = 2u;
const RECOLOR_SATURATION: u32 = 3u;
const RECOLOR_HUE: u32 = 4u;
const RECOLOR_SHARPNESS: u32 = 5u;
const RECOLOR_POSTERIZE: u32 = 6u;
const RECOLOR_SOLARIZE: u32 = 7u;
const RECOLOR_AUTOCONTRAST: u32 = 8u;
const RECOLOR_EQUALIZE: u32 = 9u;
const RECOLOR_INVERT: u32 = 10u;
const RECOLOR_GRAY: u32 = 11u;
const RECOLOR_PERMUTE: u32 = 12u;

fn recolor_sample(at: u32) -> f32 {
  let bits = x[at];
  if (FLOATS == 1u) { return bitcast<f32>(bits); }
  return f32(bits & 255u);
}

// The byte that torchvision's conversion makes of a float.
fn recolor_level(at: u32) -> u32 {
  if (FLOATS == 0u) { return x[at] & 255u; }
  return bitcast<u32>(i32(bitcast<f32>(x[at]) * 255.999)) & 255u;
}

fn recolor_gray(at: u32, plane: u32) -> f32 {
  let r = recolor_sample(at);
  if (CHANNELS != 3u) { return r; }
  let g = recolor_sample(at + plane);
  let b = recolor_sample(at + 2u * plane);
  if (FLOATS == 1u) { return r * 0.2989 + g * 0.587 + b * 0.114; }
  // Rounding decides only where grey is a whole number.
  let parts = 2989u * u32(r) + 5870u * u32(g) + 1140u * u32(b);
  if (parts % 10000u != 0u) { return f32(parts / 10000u); }
  var levels = vec3f(r, g, b);
  var shares = vec3f(0.2989, 0.587, 0.114);
  var gray = 0.0;
  for (var i = 0u; i < 3u; i++) { gray = exact_fma(levels[i], shares[i], gray); }
  return floor(gray);
}
