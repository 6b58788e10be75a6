// weights-quad.wgsl: weights of four output channels that all lanes need; the lanes of a quad load one each and hand them round.
// The using file declares the weights:   var<storage, read> w: array<f32>;
enable subgroups;
diagnostic(off, subgroup_uniformity);

// Where the weights of the lane's own channel begin.
alias WeightPlace = u32;

// The place for channels o to o + 3, which lie `step` apart and end at `last`; all lanes take part, with the same o.
fn weights_place(o: u32, last: u32, step: u32) -> WeightPlace {
  return min(o + weights_lane(), last) * step;
}

fn weights_load(place: WeightPlace, offset: u32) -> vec4f { return weights_round(w[place + offset]); }

// The lane's place in its quad.
fn weights_lane() -> u32 { return subgroupExclusiveAdd(1u) & 3u; }

// What the four lanes have loaded, to each of them.
fn weights_round(own: f32) -> vec4f {
  return vec4f(quadBroadcast(own, 0u), quadBroadcast(own, 1u), quadBroadcast(own, 2u), quadBroadcast(own, 3u));
}
