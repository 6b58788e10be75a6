// lib/sort-pair-packed.wgsl: lib/sort-pair-wide.wgsl in one number, for keys that are less than 2³² / block, or all bits 1.

alias Pair = u32;

fn pair_of(key: u32, place: u32, block: u32) -> Pair { return key * block + place; }

fn pair_key(pair: Pair, block: u32) -> u32 { return pair / block; }

fn pair_place(pair: Pair, block: u32) -> u32 { return pair % block; }

fn pair_before(a: Pair, b: Pair) -> bool { return a < b; }
