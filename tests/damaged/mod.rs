//! Stored models that are damaged in one place.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Checks that a model survives JSON, and that it is refused after each damage: what stands in the
/// JSON, what is there instead the first time, and what the error says.
pub fn assert_refused<M: Serialize + DeserializeOwned + Debug + PartialEq>(
    model: &M,
    damages: &[[&str; 3]],
) {
    let json = serde_json::to_string(model).unwrap();
    assert_eq!(serde_json::from_str::<M>(&json).unwrap(), *model);
    for [from, to, told] in damages {
        assert!(json.contains(from), "{from}: {json}");
        let error = serde_json::from_str::<M>(&json.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}
