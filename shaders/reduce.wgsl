// reduce.wgsl: sum, product, maximum or minimum over some dimensions; one strip of one output an invocation. On GPUs, neighbouring
// invocations may combine their strips: lib/reduce-shared.wgsl.
//   y[strip, output] = ⊕ x over the strip's elements, / divisor
// Four results are carried at once: of every fourth element (main), of four neighbouring elements of a run (along), or of four
// neighbouring outputs (across). Where x is read in fours, lengths and strides count fours.
// Sums run in blocks whose sums are then added: error O(64 + n / 64) units instead of O(n) (blocked summation, Higham 1993).
// Uses: lib/fold-*.wgsl, lib/strips.wgsl, lib/strip-fours*.wgsl
@group(0) @binding(0) var<storage, read> x: array<Element>;
@group(0) @binding(1) var<storage, read_write> y: array<Element>; // in the order of invocations
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  strips: Strips,
  divisor: u32, // of a mean; 1 otherwise
}

// The same bindings in fours.
@group(0) @binding(0) var<storage, read> x4: array<Quad>;
@group(0) @binding(1) var<storage, read_write> y4: array<Quad>;

// The compiler may put pointwise operations on what is read here.
fn load(at: u32) -> Element { return x[at]; }

fn load4(at: u32) -> Quad { return x4[at]; }

// And on the result, here.
fn store(at: u32, value: Element) { y[at] = value; }

fn store4(at: u32, value: Quad) { y4[at] = value; }

fn folded(parts: Quad) -> Element {
  let pairs = fold(parts, parts.zwxy);
  return fold(pairs, pairs.yxwz).x;
}

// The strip's elements, read one at a time; lib/strip-fours*.wgsl has strip4, which reads fours.
fn strip(place: vec3<u32>) -> Quad {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  let stride = params.strips.inner_stride;
  let outers = params.strips.outer;
  let strips_outer = params.strips.strips_outer;
  let none = fold_identity();
  var total = none;
  for (var outer = place.y; outer < outers; outer += strips_outer) {
    let run = base + strips_outer_offset(outer);
    var i = range.x;
    while (i + 3u * step < range.y) {
      let stop = min(i + 4u * STRIPS_BLOCK * step, range.y);
      var part = none;
      for (; i + 3u * step < stop; i += 4u * step) {
        let at = run + i * stride;
        let by = step * stride;
        part = fold(part, Quad(load(at), load(at + by), load(at + 2u * by), load(at + 3u * by)));
      }
      total = fold(total, part);
    }
    for (; i < range.y; i += step) { total = fold(total, Quad(load(run + i * stride), none.yzw)); }
  }
  return total;
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index < strips_count()) { store(index, folded(strip(strips_place(index))) / Element(params.divisor)); }
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn along(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index < strips_count()) { store(index, folded(strip4(strips_place(index), 1u)) / Element(params.divisor)); }
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn across(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index < strips_count()) { store4(index, strip4(strips_place(index), params.strips.inner_stride) / Quad(Element(params.divisor))); }
}
