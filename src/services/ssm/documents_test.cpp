// SPDX-License-Identifier: Apache-2.0
#include "services/ssm/testing.hpp"

namespace tocsin::ssm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Ssm;
using ::testing::StartsWith;

constexpr const char* kSleep = R"(schemaVersion: "0.3"
description: Sleeps
parameters:
  For: {type: String, default: PT1S, description: How long}
mainSteps:
- name: sleep
  action: aws:sleep
  inputs: {Duration: "{{ For }}"}
)";

TEST_F(Ssm, ADocumentHasVersions) {
  const auto made = done("CreateDocument", {{"Name", "Sleep"},
                                            {"Content", kSleep},
                                            {"DocumentType", "Automation"},
                                            {"DocumentFormat", "YAML"},
                                            {"VersionName", "first"},
                                            {"Tags", Array{Object{{"Key", "a"}, {"Value", "b"}}}}});
  const auto& description = object_of(made, "DocumentDescription");
  EXPECT_EQ(text(description, "Status"), "Creating");
  EXPECT_EQ(text(description, "Hash"), hex(sha256(kSleep)));
  EXPECT_EQ(text(description, "Owner"), "123456789012");
  EXPECT_EQ(to_json(Document(array_of(description, "Parameters"))),
            R"([{"Name":"For","Type":"String","Description":"How long","DefaultValue":"PT1S"}])");
  Object update{{"Name", "Sleep"}, {"Content", kSleep}, {"DocumentVersion", "$LATEST"}};
  EXPECT_THAT(refusal("UpdateDocument", update), StartsWith("DuplicateDocumentContent: "));
  update["Content"] = std::string(kSleep) + "  isEnd: true\n";
  update["VersionName"] = "first";
  EXPECT_THAT(refusal("UpdateDocument", update), StartsWith("DuplicateDocumentVersionName: "));
  update["VersionName"] = "second";
  update["DocumentVersion"] = "7";
  EXPECT_THAT(refusal("UpdateDocument", update), StartsWith("InvalidDocumentVersion: "));
  update["DocumentVersion"] = "1";
  done("UpdateDocument", update);
  const auto version_of = [&](Object more) {
    more["Name"] = "Sleep";
    return string_of(done("GetDocument", std::move(more)), "DocumentVersion");
  };
  EXPECT_EQ(version_of({}), "1");
  EXPECT_EQ(version_of({{"DocumentVersion", "$LATEST"}}), "2");
  EXPECT_EQ(version_of({{"VersionName", "second"}}), "2");
  done("UpdateDocumentDefaultVersion", {{"Name", "Sleep"}, {"DocumentVersion", "2"}});
  EXPECT_EQ(version_of({{"DocumentVersion", "$DEFAULT"}}), "2");
  const auto versions = done("ListDocumentVersions", {{"Name", "Sleep"}, {"MaxResults", 1}});
  EXPECT_EQ(text(array_of(versions, "DocumentVersions")[0], "DocumentVersion"), "2");
  const auto rest =
      done("ListDocumentVersions",
           {{"Name", "Sleep"}, {"MaxResults", 1}, {"NextToken", text(versions, "NextToken")}});
  EXPECT_EQ(text(array_of(rest, "DocumentVersions")[0], "VersionName"), "first");
  EXPECT_THAT(refusal("DeleteDocument", {{"Name", "Sleep"}, {"DocumentVersion", "2"}}),
              StartsWith("InvalidDocumentOperation: "));
  done("DeleteDocument", {{"Name", "Sleep"}, {"DocumentVersion", "1"}});
  done("DeleteDocument", {{"Name", "Sleep"}});
  EXPECT_EQ(refusal("DescribeDocument", {{"Name", "Sleep"}}),
            "InvalidDocument: Document with name Sleep does not exist.");
  replays();
}

TEST_F(Ssm, ContentIsGivenInBothFormats) {
  create("Sleep", kSleep);
  const auto json = done("GetDocument", {{"Name", "Sleep"}});
  EXPECT_EQ(text(json, "DocumentFormat"), "JSON");
  const auto parsed = parse_json(text(json, "Content"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(text(*parsed, "description"), "Sleeps");
  done("CreateDocument",
       {{"Name", "AsJson"}, {"Content", text(json, "Content")}, {"DocumentType", "Automation"}});
  const auto yaml = done("GetDocument", {{"Name", "AsJson"}, {"DocumentFormat", "YAML"}});
  EXPECT_THAT(string_of(yaml, "Content"), HasSubstr("\n- name: sleep\n  action: aws:sleep\n"));
}

TEST_F(Ssm, ContentIsChecked) {
  const std::string code = "InvalidDocumentContent: ";
  EXPECT_EQ(refused_content("a: [1\nb: 2\n"), code + "YAML not well-formed. at Line: 2, Column: 2");
  EXPECT_THAT(refusal("CreateDocument",
                      {{"Name", "Refused"}, {"Content", "a: b"}, {"DocumentType", "Automation"}}),
              StartsWith(code + "JSON not well-formed."));
  const auto with = [&](std::string_view steps, std::string_view more = "") {
    return refused_content("schemaVersion: '0.3'\n" + std::string(more) + "mainSteps:\n" +
                           std::string(steps));
  };
  EXPECT_EQ(with("- {name: a, action: 'aws:sleep', inputs: {Duration: '{{ For }}'}}\n"),
            code + "Parameter \"For\" is not declared.");
  EXPECT_EQ(with("- {name: a, action: 'aws:sleep', inputs: {Time: x}}\n"),
            code +
                "Unknown input names provided. Known=[ [Duration, Timestamp] ], Provided=[ "
                "[Time] ].");
  EXPECT_EQ(with("- {name: a, action: 'aws:runCommand', inputs: {Comment: x}}\n"),
            code +
                "Missing required input names. Required=[ [DocumentName] ], Provided =[ "
                "[Comment] ].");
  EXPECT_EQ(with("- {name: a, action: 'aws:dance', inputs: {}}\n"),
            code + "Step \"a\" has an unsupported action \"aws:dance\".");
  EXPECT_EQ(with("- {name: a, action: 'aws:pause', inputs: {}}\n"
                 "- {name: a, action: 'aws:pause', inputs: {}}\n"),
            code + "Duplicate step name \"a\".");
  EXPECT_THAT(with("- {name: a, action: 'aws:pause', inputs: {}, nextStep: b}\n"),
              HasSubstr("nextStep \"b\", which is not a step"));
  EXPECT_THAT(with("- {name: a, action: 'aws:pause', inputs: {}, onFailure: step:b}\n"),
              HasSubstr("onFailure \"b\""));
  EXPECT_THAT(
      with("- {name: a, action: 'aws:pause', inputs: {}}\n", "parameters:\n  P: {type: Float}\n"),
      HasSubstr("unsupported type \"Float\""));
  EXPECT_THAT(with("- {name: a, action: 'aws:pause', inputs: {}}\n",
                   "parameters:\n  P: {type: Integer, default: x}\n"),
              HasSubstr("default value that is not of its type"));
  EXPECT_THAT(with("- {name: a, action: 'aws:loop', inputs: {Iterators: [a]}}\n"),
              HasSubstr("has no Steps"));
  EXPECT_THAT(refused_content("schemaVersion: '2.2'\nmainSteps: []\n"),
              StartsWith("InvalidDocumentSchemaVersion: "));
  EXPECT_THAT(refused_content("schemaVersion: '0.3'\nmainSteps: []\n"), HasSubstr("no mainSteps"));
}

TEST_F(Ssm, CommandsAndSessionsHaveTheirOwnSchemas) {
  EXPECT_EQ(refused_content("schemaVersion: '2.2'\nparameters:\n  event_type: {type: String}\n"
                            "mainSteps:\n- {action: 'aws:runShellScript', name: a}\n",
                            "Command"),
            "InvalidDocumentContent: Parameter name \"event_type\" is not alpha-numeric.");
  EXPECT_EQ(refused_content("schemaVersion: '2.2'\nmainSteps:\n- {action: 'aws:runShellScript', "
                            "name: a, inputs: {runCommand: ['{{ x }}']}}\n",
                            "Command"),
            "InvalidDocumentContent: Parameter \"x\" is not declared.");
  EXPECT_THAT(refused_content("schemaVersion: '1.0'\n", "Session"), HasSubstr("sessionType"));
  EXPECT_EQ(refused_content("schemaVersion: '1.0'\nsessionType: Standard_Stream\n", "Session"),
            "ok");
  EXPECT_EQ(refused_content("x: 1\n", "Dance").substr(0, 20), "ValidationException:");
}

TEST_F(Ssm, NamesAndSizesAreChecked) {
  const auto refused = [&](std::string_view name, std::string content = kSleep) {
    return refusal("CreateDocument", {{"Name", name},
                                      {"Content", content},
                                      {"DocumentType", "Automation"},
                                      {"DocumentFormat", "YAML"}});
  };
  EXPECT_THAT(refused("a"), HasSubstr("at 'name' failed to satisfy constraint"));
  EXPECT_THAT(refused("aws-mine"), HasSubstr("reserved for documents of AWS"));
  EXPECT_EQ(refused("Big", kSleep + std::string(70'000, '#')),
            "MaxDocumentSizeExceeded: The size limit of a document is 64 KB.");
  EXPECT_EQ(refused("Sleep"), "ok");
  EXPECT_EQ(refused("Sleep"), "DocumentAlreadyExists: The specified document already exists.");
}

TEST_F(Ssm, DocumentsAreListedAndFiltered) {
  create("Sleep", kSleep);
  const auto names = [&](Array filters) {
    std::vector<std::string> out;
    Object params{{"Filters", std::move(filters)}};
    for (int page = 0; page < 9; ++page) {
      const auto reply = done("ListDocuments", params);
      for (const auto& each : array_of(reply, "DocumentIdentifiers"))
        out.push_back(string_of(each, "Name"));
      if (!find(reply, "NextToken")) break;
      params["NextToken"] = text(reply, "NextToken");
    }
    return out;
  };
  const auto filter = [](std::string_view key, std::string_view value) {
    return Array{Object{{"Key", key}, {"Values", Array{value}}}};
  };
  EXPECT_THAT(names(filter("Owner", "Self")), ElementsAre("Sleep"));
  EXPECT_THAT(names(filter("Name", "Sle")), ElementsAre("Sleep"));
  EXPECT_THAT(names(filter("Owner", "Amazon")),
              ::testing::Contains("AWS-DisableS3BucketPublicReadWrite"));
  EXPECT_THAT(names({}), ::testing::Contains("Sleep"));
  EXPECT_THAT(refusal("ListDocuments", {{"Filters", filter("Colour", "red")}}),
              StartsWith("InvalidFilterKey: "));
  EXPECT_THAT(refusal("ListDocuments", {{"NextToken", "x"}}), StartsWith("InvalidNextToken: "));
}

TEST_F(Ssm, ADocumentIsSharedWithOthers) {
  create("Sleep", kSleep);
  const Object named{{"Name", "Sleep"}, {"PermissionType", "Share"}};
  auto share = named;
  share["AccountIdsToAdd"] = Array{"111122223333"};
  done("ModifyDocumentPermission", share);
  const auto shown = done("DescribeDocumentPermission", named);
  EXPECT_EQ(to_json(Document(array_of(shown, "AccountIds"))), R"(["111122223333"])");
  const auto as = [&](std::string account) {
    auto request =
        cloud.request("ssm", "GetDocument",
                      Object{{"Name", "arn:aws:ssm:us-east-1:123456789012:document/Sleep"}});
    request.scope.account = AccountId(account);
    request.credential.account = AccountId(account);
    const auto reply = cloud.call(request);
    return reply ? string_of(*reply, "Name") : reply.error().code;
  };
  EXPECT_EQ(as("111122223333"), "arn:aws:ssm:us-east-1:123456789012:document/Sleep");
  EXPECT_EQ(as("444455556666"), "InvalidDocument");
  EXPECT_THAT(refusal("DeleteDocument", {{"Name", "Sleep"}}),
              StartsWith("InvalidDocumentOperation: "));
  auto gone = named;
  gone["AccountIdsToRemove"] = Array{"111122223333"};
  done("ModifyDocumentPermission", gone);
  EXPECT_THAT(refusal("ModifyDocumentPermission", {{"Name", "Sleep"}, {"PermissionType", "Sell"}}),
              StartsWith("InvalidPermissionType: "));
  done("DeleteDocument", {{"Name", "Sleep"}});
}

TEST_F(Ssm, TagsOfDocumentsAndAutomations) {
  create("Sleep", kSleep);
  const auto id = start("Sleep", {}, {{"Tags", Array{Object{{"Key", "k"}, {"Value", "v"}}}}});
  for (const auto& [type, resource] :
       {std::pair<std::string, std::string>{"Document", "Sleep"}, {"Automation", id}}) {
    const Object of{{"ResourceType", type}, {"ResourceId", resource}};
    auto add = of;
    add["Tags"] = Array{Object{{"Key", "team"}, {"Value", "blue"}}};
    done("AddTagsToResource", add);
    EXPECT_THAT(to_json(done("ListTagsForResource", of)),
                HasSubstr(R"({"Key":"team","Value":"blue"})"));
    auto remove = of;
    remove["TagKeys"] = Array{"team", "k"};
    done("RemoveTagsFromResource", remove);
    EXPECT_EQ(to_json(done("ListTagsForResource", of)), R"({"TagList":[]})");
  }
  EXPECT_THAT(refusal("ListTagsForResource", {{"ResourceType", "Document"}, {"ResourceId", "x"}}),
              StartsWith("InvalidResourceId: "));
  EXPECT_THAT(refusal("ListTagsForResource", {{"ResourceType", "Dance"}, {"ResourceId", "x"}}),
              StartsWith("InvalidResourceType: "));
}

TEST_F(Ssm, TheSamePermissionsAreAskedForAsByAws) {
  create("Sleep", kSleep);
  notes->asked.clear();
  start("AWS-PublishSNSNotification", {{"TopicArn", Array{"t"}}, {"Message", Array{"m"}}});
  start("Sleep");
  ASSERT_GE(notes->asked.size(), 2u);
  EXPECT_EQ(notes->asked[0].action, "ssm:StartAutomationExecution");
  EXPECT_EQ(notes->asked[0].resource,
            "arn:aws:ssm:us-east-1::automation-definition/AWS-PublishSNSNotification:$DEFAULT");
  const auto mine = std::ranges::find(
      notes->asked, "arn:aws:ssm:us-east-1:123456789012:automation-definition/Sleep:$DEFAULT",
      &core::Access::resource);
  EXPECT_NE(mine, notes->asked.end());
  notes->denied = "ssm:GetDocument";
  EXPECT_THAT(refusal("GetDocument", {{"Name", "Sleep"}}), StartsWith("AccessDenied"));
}

}  // namespace
}  // namespace tocsin::ssm
