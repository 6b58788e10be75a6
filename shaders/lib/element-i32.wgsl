// lib/element-i32.wgsl: i32 as the element type of a kernel that is written once for several types.

alias Element = i32;
alias Quad = vec4<i32>;

fn element_lowest() -> Element { return i32(-2147483648); }

fn element_highest() -> Element { return 2147483647; }

fn element_isnan(x: Element) -> bool { return false; }

fn quad_isnan(x: Quad) -> vec4<bool> { return vec4<bool>(); }
