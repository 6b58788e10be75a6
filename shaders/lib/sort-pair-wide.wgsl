// lib/sort-pair-wide.wgsl: a key and the place of its element in a block, for keys of 32 bits.

alias Pair = vec2u;

fn pair_of(key: u32, place: u32, block: u32) -> Pair { return Pair(key, place); }

fn pair_key(pair: Pair, block: u32) -> u32 { return pair.x; }

fn pair_place(pair: Pair, block: u32) -> u32 { return pair.y; }

fn pair_before(a: Pair, b: Pair) -> bool { return (a.x < b.x) | ((a.x == b.x) & (a.y < b.y)); }
