// paint.wgsl: shapes painted over a picture one after another, with the pixels that Pillow's ImageDraw gives; one invocation a pixel.
//   blend = (under · (255 - alpha) + colour · alpha + 128) · 257 / 65536
// Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> x: array<u32>;                      // [3, H, W], bytes
@group(0) @binding(1) var<storage, read> shapes: array<i32>;                 // [count, 12]: kind, size, colour, table, x0, y0, … x3, y3
@group(0) @binding(2) var<storage, read> tables: array<i32>;                 // bitmaps, one pixel an element; half widths of discs by row
@group(0) @binding(3) var<storage, read_write> y: array<u32>;                // [3, H, W]
@group(0) @binding(4) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(5) var<uniform> params: Params;

struct Params {
  pixels: u32, // H · W
  width: u32,
  count: u32,
  table_size: u32,
}

const WORKGROUP: u32 = 64u;
const FIELDS: u32 = 12u;
const FRAME: i32 = 1;   // x0 y0 x1 y1, so many pixels wide
const BLOCK: i32 = 2;   // x0 y0 x1 y1
const DISC: i32 = 3;    // x0 y0, of a radius
const LINE: i32 = 4;    // x0 y0 x1 y1, so many pixels wide
const DASHES: i32 = 5;  // as a line, five pixels on and five off
const POLYGON: i32 = 6; // four corners
const BITMAP: i32 = 7;  // x0 y0, columns and rows in x1 y1
const DASH: f32 = 5.0;

fn field(shape: u32, at: u32) -> i32 { return shapes[shape * FIELDS + at]; }

fn table(at: i32) -> i32 { return tables[min(u32(max(at, 0)), params.table_size - 1u)]; }

fn corner(shape: u32, i: u32) -> vec2i { return vec2i(field(shape, 4u + 2u * i), field(shape, 5u + 2u * i)); }

fn in_block(at: vec2i, low: vec2i, high: vec2i) -> bool { return all(at >= low) && all(at <= high); }

// Lines of a frame that is smaller than they are wide stand beyond it.
fn in_frame(at: vec2i, low: vec2i, high: vec2i, width: i32) -> bool {
  let across = (at.y >= low.y && at.y < low.y + width) || (at.y <= high.y && at.y > high.y - width);
  if (across && at.x >= low.x && at.x <= high.x) { return true; }
  let start = low.y + width;
  let end = high.y - width + 1; // where the line goes to, and does not come
  let first = select(start, end + 1, end < start);
  let last = select(end - 1, start, end < start);
  let upright = (at.x >= low.x && at.x < low.x + width) || (at.x <= high.x && at.x > high.x - width);
  return upright && at.y >= first && at.y <= last;
}

// To the nearest whole number; halves away from zero, or towards it.
fn outward(v: f32) -> i32 { return i32(sign(v) * floor(abs(v) + 0.5)); }
fn inward(v: f32) -> i32 { return i32(sign(v) * ceil(abs(v) - 0.5)); }

// Between the outermost places where edges cross the row.
fn in_convex(at: vec2i, corners: array<vec2i, 4>) -> bool {
  var points = corners;
  var low = 3.4e38;
  var high = -3.4e38;
  for (var i = 0u; i < 4u; i++) {
    let a = points[i];
    let b = points[(i + 1u) % 4u];
    if (at.y < min(a.y, b.y) || at.y > max(a.y, b.y)) { continue; }
    if (a.y == b.y) {
      low = min(low, f32(min(a.x, b.x)));
      high = max(high, f32(max(a.x, b.x)));
      continue;
    }
    let crossing = f32(at.y - a.y) * (f32(b.x - a.x) / f32(b.y - a.y)) + f32(a.x);
    low = min(low, crossing);
    high = max(high, crossing);
  }
  return low <= high && at.x >= outward(low) && at.x <= inward(high);
}

fn on_thin_line(at: vec2i, a: vec2i, b: vec2i) -> bool {
  if (!in_block(at, min(a, b), max(a, b))) { return false; }
  let reach = abs(b - a);
  if (reach.x == 0 || reach.y == 0) { return true; }
  let gone = abs(at - a);
  if (reach.x > reach.y) { return gone.y == (2 * reach.y * gone.x + reach.x) / (2 * reach.x); }
  return gone.x == (2 * reach.x * gone.y + reach.y) / (2 * reach.y);
}

fn on_line(at: vec2i, a: vec2i, b: vec2i, width: i32) -> bool {
  if (width <= 1) { return on_thin_line(at, a, b); }
  if (all(a == b)) { return all(at == a); }
  let d = vec2f(b - a);
  let far = length(d);
  let half = f32(width - 1) / 2.0;
  let less = f32(inward(half)) / far;
  let more = f32(outward(half)) / far;
  let low = vec2i(inward(less * d.y), outward(less * d.x));
  let high = vec2i(inward(more * d.y), outward(more * d.x));
  return in_convex(at, array<vec2i, 4>(
    vec2i(a.x - low.x, a.y + high.y), vec2i(b.x - low.x, b.y + high.y), vec2i(b.x + high.x, b.y - low.y), vec2i(a.x + high.x, a.y - low.y)));
}

fn on_dashes(at: vec2i, a: vec2i, b: vec2i, width: i32) -> bool {
  if (!on_line(at, a, b, width)) { return false; }
  let d = vec2f(b - a);
  let along = dot(vec2f(at - a), d) / max(length(d), 1e-6);
  return u32(max(along, 0.0) / DASH) % 2u == 0u;
}

fn covers(shape: u32, at: vec2i) -> bool {
  let a = corner(shape, 0u);
  let b = corner(shape, 1u);
  let size = field(shape, 1u);
  switch (field(shape, 0u)) {
    case FRAME: { return in_frame(at, a, b, size); }
    case BLOCK: { return in_block(at, a, b); }
    case DISC: {
      let away = abs(at - a);
      return away.y <= size && away.x <= table(field(shape, 3u) + away.y);
    }
    case LINE: { return on_line(at, a, b, size); }
    case DASHES: { return on_dashes(at, a, b, size); }
    case POLYGON: { return in_convex(at, array<vec2i, 4>(a, b, corner(shape, 2u), corner(shape, 3u))); }
    case BITMAP: {
      let place = at - a;
      return in_block(place, vec2i(0), b - vec2i(1)) && table(field(shape, 3u) + place.y * b.x + place.x) != 0;
    }
    default: { return false; }
  }
}

fn blend(under: u32, over: u32, alpha: u32) -> u32 {
  let sum = under * (255u - alpha) + over * alpha + 128u;
  return ((sum >> 8u) + sum) >> 8u;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pixel = (wid.y * nwg.x + wid.x) * WORKGROUP + lane;
  if (pixel >= params.pixels) { return; }
  let at = vec2i(i32(pixel % params.width), i32(pixel / params.width));
  var colour = vec3u(x[pixel] & 255u, x[pixel + params.pixels] & 255u, x[pixel + 2u * params.pixels] & 255u);
  for (var shape = 0u; shape < params.count; shape++) {
    let kind = field(shape, 0u);
    if (pixel == 0u && kind == FRAME && any(corner(shape, 0u) > corner(shape, 1u))) {
      fault_report(FAULT_CORNERS, i32(shape), 0);
    }
    if (!covers(shape, at)) { continue; }
    let ink = bitcast<u32>(field(shape, 2u));
    let alpha = ink >> 24u;
    colour = vec3u(blend(colour.x, ink & 255u, alpha), blend(colour.y, (ink >> 8u) & 255u, alpha), blend(colour.z, (ink >> 16u) & 255u, alpha));
  }
  y[pixel] = colour.x;
  y[pixel + params.pixels] = colour.y;
  y[pixel + 2u * params.pixels] = colour.z;
}
