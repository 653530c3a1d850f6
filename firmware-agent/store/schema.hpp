#pragma once

#include <cstdint>
#include <span>

namespace inspect::agent::storage {

/// "INSF" and "INSH".
constexpr std::int32_t findings_application_id = 0x494e5346;
constexpr std::int32_t history_application_id = 0x494e5348;

/// What each file went through, in order. A released step is never changed: a new one is appended.
std::span<const char* const> findings_migrations();
std::span<const char* const> history_migrations();

}  // namespace inspect::agent::storage
