//! Chance, keyed so that a run can be repeated.
//!
//! A draw depends on the seed, the fault, the connection (or exchange) and the draw's number, and on nothing
//! else. Connections therefore do not disturb each other: the same connection gets the same draws whatever
//! happens beside it.

use std::{fmt, str::FromStr};

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

/// The number from which every decision of a run is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed(pub u64);

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Seed {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The draws of one fault on one connection or exchange.
#[derive(Clone, Debug)]
pub struct Dice {
    key: u64,
    drawn: u64,
}

impl Dice {
    /// Dice for the fault `fault` on the connection or exchange `subject`.
    pub fn new(seed: Seed, fault: u64, subject: u64) -> Self {
        Self { key: mix(mix(mix(seed.0) ^ fault) ^ subject), drawn: 0 }
    }

    /// The generator of the next draw. Each draw has its own, so that a distribution which consumes a varying
    /// amount of randomness does not shift the draws after it.
    pub fn draw(&mut self) -> Pcg64Mcg {
        self.drawn += 1;
        Pcg64Mcg::seed_from_u64(mix(self.key ^ self.drawn))
    }
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A stable number for a name, so that a fault keeps its draws when others come and go (FNV-1a).
pub(crate) fn name_key(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    fn draws(mut dice: Dice) -> Vec<u64> {
        (0..16).map(|_| dice.draw().next_u64()).collect()
    }

    #[test]
    fn the_same_key_gives_the_same_draws() {
        assert_eq!(draws(Dice::new(Seed(7), 1, 2)), draws(Dice::new(Seed(7), 1, 2)));
    }

    #[test]
    fn seed_fault_and_connection_each_change_the_draws() {
        let base = draws(Dice::new(Seed(7), 1, 2));
        for other in [Dice::new(Seed(8), 1, 2), Dice::new(Seed(7), 2, 2), Dice::new(Seed(7), 1, 3)]
        {
            assert_ne!(base, draws(other));
        }
    }
}
