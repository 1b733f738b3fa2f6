// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
#pragma once

#include "services/lambda/names.hpp"

namespace tocsin::lambda {

/// The parameter Layers, each found and allowed to the caller. Errors: as CreateFunction's.
Result<std::vector<LayerUse>> read_layers(core::Call& call);

core::Outcome publish_layer_version(core::Call& call);
/// The reply of PublishLayerVersion once the code was looked at.
Object layer_published(core::Context& context, const LayerVersion& layer, std::string_view base);
core::Outcome get_layer_version(core::Call& call);
core::Outcome get_layer_version_by_arn(core::Call& call);
core::Outcome list_layer_versions(core::Call& call);
core::Outcome list_layers(core::Call& call);
core::Outcome delete_layer_version(core::Call& call);
core::Outcome get_layer_version_policy(core::Call& call);
core::Outcome add_layer_version_permission(core::Call& call);
core::Outcome remove_layer_version_permission(core::Call& call);

/// lambda:<action> on the layer version that the call names, under its policy.
core::Needs needs_layer_version(std::string action);
/// The same on the layer.
core::Needs needs_layer(std::string action);

}  // namespace tocsin::lambda
