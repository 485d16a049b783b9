use kubewarden_policy_sdk::settings::Validatable;
use serde::Deserialize;

/// The settings of Kubewarden's policy of the same name.
#[derive(Deserialize, Default, Debug)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub skip_init_containers: bool,
    pub skip_ephemeral_containers: bool,
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        Ok(())
    }
}
