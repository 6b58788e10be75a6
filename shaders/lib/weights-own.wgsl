// weights-own.wgsl: what weights-quad.wgsl does, for lanes that share nothing: each loads all four weights itself.
// The using file declares the weights:   var<storage, read> w: array<f32>;

// Where the weights of each of the four channels begin.
alias WeightPlace = vec4u;

fn weights_place(o: u32, last: u32, step: u32) -> WeightPlace {
  return min(vec4u(o, o + 1u, o + 2u, o + 3u), vec4u(last)) * step;
}

fn weights_load(place: WeightPlace, offset: u32) -> vec4f {
  return vec4f(w[place.x + offset], w[place.y + offset], w[place.z + offset], w[place.w + offset]);
}

fn weights_lane() -> u32 { return 0u; }

fn weights_round(own: f32) -> vec4f { return vec4f(own); }
