// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/protocol.hpp"

#include <algorithm>
#include <optional>

#include "base/digits.hpp"

namespace pierglass::control {
namespace {

constexpr std::string_view kHead = "pierglass-control ";

bool is_control_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool is_line(std::string_view text, std::size_t limit) {
  return text.size() <= limit && std::ranges::none_of(text, is_control_character);
}

bool is_sentence(std::string_view text) {
  return !text.empty() && is_line(text, kMaxSentence);
}

std::string head() {
  return std::string(kHead) + std::to_string(kProtocolVersion) + '\n';
}

// A record's lines, from the first to the last.
class Lines {
 public:
  static Result<Lines> of(std::span<const std::byte> record) {
    if (record.size() > kMaxRecord) {
      return fail(ErrorCode::TooLarge, "the record", record.size(), kMaxRecord);
    }
    const std::string_view text(reinterpret_cast<const char*>(record.data()), record.size());
    if (!text.ends_with('\n')) return fail(ErrorCode::Corrupt, "the record's end");
    return Lines(text);
  }

  std::optional<std::string_view> next() {
    const std::size_t end = text_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return line;
  }

 private:
  explicit Lines(std::string_view text) : text_(text) {}
  std::string_view text_;
};

Result<void> check_head(std::string_view line) {
  if (!line.starts_with(kHead)) return fail(ErrorCode::Corrupt, "the first line");
  const auto version = parse_digits<std::uint64_t>(line.substr(kHead.size()));
  if (!version) return fail(ErrorCode::Corrupt, "the first line");
  if (version != kProtocolVersion) {
    return fail(ErrorCode::VersionMismatch, "the control socket", *version, kProtocolVersion);
  }
  return {};
}

// "word the rest"
struct Field {
  std::string_view word;
  std::string_view value;

  static Field of(std::string_view line) {
    const std::size_t space = std::min(line.find(' '), line.size());
    return {line.substr(0, space), line.substr(std::min(space + 1, line.size()))};
  }
};

// Fills `to`, which must be empty: nothing is said twice.
Result<void> take(std::string& to, std::string_view value, bool good, const char* what) {
  if (value.empty() || !good || !to.empty()) return fail(ErrorCode::Corrupt, what, value.size());
  to = value;
  return {};
}

Result<void> read_field(Request& request, Field field) {
  const auto [word, value] = field;
  if (word == "verb") return take(request.verb, value, is_verb(value), "the verb");
  if (word == "token") return take(request.token, value, is_token(value), "the token");
  if (word == "output") return take(request.output, value, is_output(value), "the output");
  return {};
}

}  // namespace

bool is_verb(std::string_view text) {
  return !text.empty() && text.size() <= kMaxVerb && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_token(std::string_view text) {
  return is_line(text, kMaxToken);
}

bool is_output(std::string_view text) {
  return is_line(text, kMaxOutput);
}

std::string encode(const Request& request) {
  CHECK(is_verb(request.verb) && is_token(request.token) && is_output(request.output));
  std::string record = head() + "verb " + request.verb + '\n';
  if (!request.token.empty()) record += "token " + request.token + '\n';
  if (!request.output.empty()) record += "output " + request.output + '\n';
  return record;
}

std::string encode(const Reply& reply) {
  if (reply.done) return head() + "done\n";
  std::string sentence = reply.refusal.substr(0, kMaxSentence);
  std::ranges::replace_if(sentence, is_control_character, ' ');
  if (sentence.empty()) sentence = "no reason was given";
  return head() + "refused " + sentence + '\n';
}

Result<Request> parse_request(std::span<const std::byte> record) {
  Lines lines = TRY(Lines::of(record));
  TRY(check_head(lines.next().value_or("")));
  Request request;
  while (const auto line = lines.next()) TRY(read_field(request, Field::of(*line)));
  if (request.verb.empty()) return fail(ErrorCode::Corrupt, "the verb");
  return request;
}

Result<Reply> parse_reply(std::span<const std::byte> record) {
  Lines lines = TRY(Lines::of(record));
  TRY(check_head(lines.next().value_or("")));
  Reply reply;
  while (const auto line = lines.next()) {
    const auto [word, value] = Field::of(*line);
    if (word == "refused") {
      TRY(take(reply.refusal, value, is_sentence(value), "the refusal"));
    } else if (*line == "done") {
      reply.done = true;
    }
  }
  if (reply.done != reply.refusal.empty()) return fail(ErrorCode::Corrupt, "the reply");
  return reply;
}

}  // namespace pierglass::control
