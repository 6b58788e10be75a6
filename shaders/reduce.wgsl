// reduce.wgsl: sum, product, maximum or minimum over some dimensions; one strip of one output an invocation.
//   y[strip, output] = ⊕ x over the strip's elements, / divisor
// Sums run in blocks whose sums are then added: error O(64 + n / 64) units instead of O(n) (blocked summation, Higham 1993).
// Uses: lib/element-*.wgsl, lib/strips.wgsl
@group(0) @binding(0) var<storage, read> x: array<Element>;
@group(0) @binding(1) var<storage, read_write> y: array<Element>; // in the order of invocations
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  strips: Strips,
  divisor: u32, // of a mean; 1 otherwise
}

override KIND: u32 = 0u; // 0 sum, 1 product, 2 maximum, 3 minimum

fn identity() -> Element {
  switch KIND {
    case 1u: { return Element(1); }
    case 2u: { return element_lowest(); }
    case 3u: { return element_highest(); }
    default: { return Element(0); }
  }
}

fn combine(a: Element, b: Element) -> Element {
  switch KIND {
    case 1u: { return a * b; }
    case 2u: { return select(select(max(a, b), b, element_isnan(b)), a, element_isnan(a)); }
    case 3u: { return select(select(min(a, b), b, element_isnan(b)), a, element_isnan(a)); }
    default: { return a + b; }
  }
}

// The compiler may put pointwise operations on what is read here.
fn load(at: u32) -> Element { return x[at]; }

@compute @workgroup_size(STRIPS_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let place = strips_place(index);
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  var total = identity();
  for (var outer = place.y; outer < params.strips.outer; outer += params.strips.strips_outer) {
    let run = base + strips_outer_offset(outer);
    var i = range.x;
    while (i < range.y) {
      var part = identity();
      let stop = min(i + STRIPS_BLOCK * step, range.y);
      for (; i < stop; i += step) { part = combine(part, load(run + i * params.strips.inner_stride)); }
      total = combine(total, part);
    }
  }
  y[index] = total / Element(params.divisor);
}
