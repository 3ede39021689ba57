//! Arrows between named things, and the circles among them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// From each name, the names it has an arrow to, and where that arrow was found.
#[derive(Debug, Default)]
pub(super) struct Graph {
    arrows: BTreeMap<String, BTreeMap<String, String>>,
}

/// Names of which each leads to all others.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Circle {
    pub(super) n_names: usize,
    /// The shortest way around, from a name back to it: each name with the place of the arrow that leaves it.
    pub(super) shortest: Vec<(String, String)>,
}

impl Graph {
    /// Adds an arrow; of several between the same two, the first one's place is kept. One to itself is none.
    pub(super) fn add(&mut self, from: &str, to: &str, place: String) {
        if from != to {
            self.arrows.entry(from.into()).or_default().entry(to.into()).or_insert(place);
        }
    }

    /// Every circle, apart from those within a larger one.
    pub(super) fn circles(&self) -> Vec<Circle> {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            self.arrows.keys().map(|name| (name.as_str(), self.reached(name))).collect();
        let mut seen = BTreeSet::new();
        let mut circles = Vec::new();
        for (name, to) in &reached {
            if !to.contains(name) || seen.contains(name) {
                continue;
            }
            let leads_back = |other: &&&str| reached.get(**other).is_some_and(|from| from.contains(name));
            let members: Vec<&str> = to.iter().filter(leads_back).copied().collect();
            seen.extend(members.iter().copied());
            let ways = members.iter().filter_map(|member| self.shortest(member));
            if let Some(shortest) = ways.min_by_key(Vec::len) {
                circles.push(Circle { n_names: members.len(), shortest });
            }
        }
        circles
    }

    fn next<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.arrows.get(name).into_iter().flat_map(|to| to.keys()).map(String::as_str)
    }

    /// What can be reached from a name, itself only if there is a way back.
    fn reached<'a>(&'a self, name: &str) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let mut pending: Vec<&str> = self.next(name).collect();
        while let Some(name) = pending.pop() {
            if reached.insert(name) {
                pending.extend(self.next(name));
            }
        }
        reached
    }

    /// The shortest way from a name back to it.
    fn shortest(&self, name: &str) -> Option<Vec<(String, String)>> {
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut pending = VecDeque::from([name]);
        while let Some(from) = pending.pop_front() {
            for to in self.next(from) {
                if to == name {
                    return Some(self.way(name, from, &came_from));
                }
                if !came_from.contains_key(to) {
                    came_from.insert(to, from);
                    pending.push_back(to);
                }
            }
        }
        None
    }

    fn way(&self, name: &str, last: &str, came_from: &BTreeMap<&str, &str>) -> Vec<(String, String)> {
        let mut names = vec![last];
        while let Some(before) = names.last().filter(|at| **at != name).and_then(|at| came_from.get(at)) {
            names.push(before);
        }
        names.reverse();
        let targets = names.iter().skip(1).chain([&name]);
        names.iter().zip(targets).map(|(from, to)| ((*from).to_owned(), self.arrows[*from][*to].clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(arrows: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::default();
        arrows.iter().for_each(|(from, to)| graph.add(from, to, format!("{from}>{to}")));
        graph
    }

    #[test]
    fn what_only_meets_again_is_no_circle() {
        assert_eq!(graph(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "a")]).circles(), []);
    }

    #[test]
    fn of_a_circle_the_shortest_way_around_is_shown() {
        let circles = graph(&[("x", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("c", "b"), ("b", "y")]).circles();
        let way = |names: &[(&str, &str)]| names.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(circles, [Circle { n_names: 3, shortest: way(&[("b", "b>c"), ("c", "c>b")]) }]);
    }

    #[test]
    fn two_circles_apart_are_two() {
        assert_eq!(graph(&[("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "c")]).circles().len(), 2);
    }
}
