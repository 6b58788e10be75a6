// weights-beside.wgsl: weights of lanes with other channels each, which have all else in common: each loads its own four, and the
// lanes of a quad hand round what they all need.
// The using file declares the weights:   var<storage, read> w: array<f32>;
enable subgroups;
diagnostic(off, subgroup_uniformity);

// Where the weights of each of the four channels begin.
alias WeightPlace = vec4u;

fn weights_place(o: u32, last: u32, step: u32) -> WeightPlace {
  return min(vec4u(o, o + 1u, o + 2u, o + 3u), vec4u(last)) * step;
}

fn weights_load(place: WeightPlace, offset: u32) -> vec4f {
  return vec4f(w[place.x + offset], w[place.y + offset], w[place.z + offset], w[place.w + offset]);
}

// The lane's place in its quad.
fn weights_lane() -> u32 { return subgroupExclusiveAdd(1u) & 3u; }

// What the four lanes have loaded, to each of them.
fn weights_round(own: f32) -> vec4f {
  return vec4f(quadBroadcast(own, 0u), quadBroadcast(own, 1u), quadBroadcast(own, 2u), quadBroadcast(own, 3u));
}
