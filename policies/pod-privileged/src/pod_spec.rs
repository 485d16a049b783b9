use crate::settings::Settings;
use serde::Deserialize;

/// The part of a Pod spec that this policy looks at. Lists may be null, as Go clients write them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PodSpec {
    containers: Option<Vec<Container>>,
    init_containers: Option<Vec<Container>>,
    ephemeral_containers: Option<Vec<Container>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container {
    #[serde(default)]
    name: String,
    security_context: Option<SecurityContext>,
}

#[derive(Deserialize)]
struct SecurityContext {
    privileged: Option<bool>,
}

impl PodSpec {
    /// Says which containers are privileged: `web`, `init container setup`.
    pub fn privileged_containers(&self, settings: &Settings) -> Vec<String> {
        let mut found = privileged("", &self.containers);
        if !settings.skip_init_containers {
            found.extend(privileged("init container ", &self.init_containers));
        }
        if !settings.skip_ephemeral_containers {
            found.extend(privileged("ephemeral container ", &self.ephemeral_containers));
        }
        found
    }
}

fn privileged(prefix: &str, containers: &Option<Vec<Container>>) -> Vec<String> {
    containers
        .iter()
        .flatten()
        .filter(|container| container.is_privileged())
        .map(|container| format!("{prefix}{}", container.name))
        .collect()
}

impl Container {
    fn is_privileged(&self) -> bool {
        self.security_context.as_ref().is_some_and(|context| context.privileged == Some(true))
    }
}
