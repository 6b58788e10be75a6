// scatter-sorted.wgsl: scatter.wgsl for many terms, which are known in the order of their places.
//   y[outer, k, inner] = fold of base[outer, k, inner] and all src[outer, j, inner] whose place is k
// The order is stable, so terms are folded in order of j, as scatter.wgsl folds them. Of many terms, those of whole chunks of the
// order have been folded before (chunks): nobody goes through a hundred thousand terms alone.
// Uses: lib/scatter.wgsl
@group(0) @binding(0) var<storage, read> base: array<Element>;      // [outer, n, inner]; unread without BASE
@group(0) @binding(1) var<storage, read> ends: array<u32>;          // [outer, n, inner], or [n] with SHARED
@group(0) @binding(2) var<storage, read> order: array<u32>;         // [outer, m, inner], or [m] with SHARED
@group(0) @binding(3) var<storage, read> src: array<Element>;       // [outer, m, inner]
@group(0) @binding(4) var<storage, read> partial: array<Element>;   // [m / CHUNK, outer, inner]; unread without CHUNKED
@group(0) @binding(5) var<storage, read_write> y: array<Element>;
@group(0) @binding(6) var<uniform> params: Params;

struct Params {
  count: u32, // outer · n · inner
  n: u32,
  m: u32,
  inner: u32, // counts fours in fours
}

// The same bindings in fours of neighbouring columns.
@group(0) @binding(0) var<storage, read> base4: array<Quad>;
@group(0) @binding(3) var<storage, read> src4: array<Quad>;
@group(0) @binding(4) var<storage, read> partial4: array<Quad>;
@group(0) @binding(5) var<storage, read_write> y4: array<Quad>;

override SHARED: bool = false; // one index list for every outer and inner
override BASE: bool = true; // without it, 0 was there before
override OUTER: bool = true; // there are several
override CHUNKED: bool = false;

const WORKGROUP: u32 = 64u;
const CHUNK: u32 = 1024u;
// Terms that are loaded before the first of them is folded: on a GPU several, since each waits for memory.
const APART: u32 = 1u;
// Fours of one place that an invocation of `quads` folds: what it finds out about the place serves them all.
const SPAN: u32 = 1u;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: Element) { y[at] = value; }

fn store4(at: u32, value: Quad) { y4[at] = value; }

fn fold4(a: Quad, b: Quad) -> Quad {
  return Quad(scatter_fold(a.x, b.x), scatter_fold(a.y, b.y), scatter_fold(a.z, b.z), scatter_fold(a.w, b.w));
}

fn begin4(before: Quad) -> Quad {
  return Quad(scatter_begin(before.x), scatter_begin(before.y), scatter_begin(before.z), scatter_begin(before.w));
}

fn end4(before: Quad, folded: Quad, terms: u32) -> Quad {
  return Quad(
    scatter_end(before.x, folded.x, terms),
    scatter_end(before.y, folded.y, terms),
    scatter_end(before.z, folded.z, terms),
    scatter_end(before.w, folded.w, terms),
  );
}

// An output's parts: divisions are dear on processors.
struct Output {
  k: u32,
  column: u32, // among all of outer · inner
  first: u32, // of the column's terms in src
  place: u32, // in ends
}

fn output_of(index: u32) -> Output {
  let row = index / params.inner;
  let within = index - row * params.inner;
  var outer = 0u;
  if (OUTER) { outer = row / params.n; }
  let k = row - outer * params.n;
  let first = outer * params.m * params.inner + within;
  return Output(k, outer * params.inner + within, first, select(index, k, SHARED));
}

// The terms of an output: from x to y in the order.
fn terms_of(output: Output) -> vec2<u32> {
  var start = 0u;
  if (output.k > 0u) { start = ends[output.place - select(params.inner, 1u, SHARED)]; }
  return vec2(start, ends[output.place]);
}

// Where term i of a column lies in src.
fn term_at(output: Output, i: u32) -> u32 {
  return output.first + order[select(output.first + i * params.inner, i, SHARED)] * params.inner;
}

// The result of folding terms first to stop, in their order, into `before`.
fn folded_to(output: Output, before: Element, first: u32, stop: u32) -> Element {
  var folded = before;
  var i = first;
  for (; i + APART <= stop; i += APART) {
    var at: array<u32, APART>; // scalars
    var terms: array<Element, APART>; // scalars
    for (var k = 0u; k < APART; k++) { // unroll
      at[k] = term_at(output, i + k);
    }
    for (var k = 0u; k < APART; k++) { // unroll
      terms[k] = src[at[k]];
    }
    for (var k = 0u; k < APART; k++) { // unroll
      folded = scatter_fold(folded, terms[k]);
    }
  }
  if (APART > 1u) { // constant
    for (; i < stop; i++) { folded = scatter_fold(folded, src[term_at(output, i)]); }
  }
  return folded;
}

// The same of fours.
fn folded4_to(output: Output, before: Quad, first: u32, stop: u32) -> Quad {
  var folded = before;
  var i = first;
  for (; i + APART <= stop; i += APART) {
    var at: array<u32, APART>; // scalars
    var fours: array<Quad, APART>; // scalars
    for (var k = 0u; k < APART; k++) { // unroll
      at[k] = term_at(output, i + k);
    }
    for (var k = 0u; k < APART; k++) { // unroll
      fours[k] = src4[at[k]];
    }
    for (var k = 0u; k < APART; k++) { // unroll
      folded = fold4(folded, fours[k]);
    }
  }
  for (; i < stop; i++) { folded = fold4(folded, src4[term_at(output, i)]); }
  return folded;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let output = output_of(index);
  let terms = terms_of(output);
  var before = Element(0);
  if (BASE) { before = base[index]; }
  var folded = scatter_begin(before);
  var i = terms.x;
  if (CHUNKED) {
    let columns = params.count / params.n;
    let whole = min((terms.x + CHUNK - 1u) / CHUNK * CHUNK, terms.y);
    folded = folded_to(output, folded, i, whole);
    i = whole;
    for (; i + CHUNK <= terms.y; i += CHUNK) {
      folded = scatter_fold(folded, partial[i / CHUNK * columns + output.column]);
    }
  }
  folded = folded_to(output, folded, i, terms.y);
  store(index, scatter_end(before, folded, terms.y - terms.x));
}

@compute @workgroup_size(WORKGROUP)
fn quads(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = ((wid.y * nwg.x + wid.x) * WORKGROUP + lid.x) * SPAN;
  if (index >= params.count) { return; }
  let output = output_of(index);
  let terms = terms_of(output);
  var before: array<Quad, SPAN>; // scalars
  var folded: array<Quad, SPAN>; // scalars
  for (var s = 0u; s < SPAN; s++) { // unroll
    if (BASE) { before[s] = base4[index + s]; }
    folded[s] = begin4(before[s]);
  }
  var i = terms.x;
  if (CHUNKED) {
    let columns = params.count / params.n;
    let whole = min((terms.x + CHUNK - 1u) / CHUNK * CHUNK, terms.y);
    // With APART, SPAN is 1.
    if (APART > 1u) { // constant
      folded[0u] = folded4_to(output, folded[0u], i, whole);
      i = whole;
    }
    for (; i < whole; i++) {
      let at = term_at(output, i);
      for (var s = 0u; s < SPAN; s++) { // unroll
        folded[s] = fold4(folded[s], src4[at + s]);
      }
    }
    for (; i + CHUNK <= terms.y; i += CHUNK) {
      let at = i / CHUNK * columns + output.column;
      for (var s = 0u; s < SPAN; s++) { // unroll
        folded[s] = fold4(folded[s], partial4[at + s]);
      }
    }
  }
  if (APART > 1u) { // constant
    folded[0u] = folded4_to(output, folded[0u], i, terms.y);
    i = terms.y;
  }
  for (; i < terms.y; i++) {
    let at = term_at(output, i);
    for (var s = 0u; s < SPAN; s++) { // unroll
      folded[s] = fold4(folded[s], src4[at + s]);
    }
  }
  for (var s = 0u; s < SPAN; s++) { // unroll
    store4(index + s, end4(before[s], folded[s], terms.y - terms.x));
  }
}
