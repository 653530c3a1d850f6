#include "tests/support/usb/stage.hpp"

#include "tests/support/usb/seat.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <umockdev.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

namespace inspect::tests {

namespace {

/// usbfs counts addresses to 127; 1 is the root hub's.
constexpr unsigned last_address = 127;

std::string parent_path(const std::string& port) {
  std::string path = "/sys/devices/pci0000:00/0000:00:14.0/usb" + port.substr(0, port.find('-'));
  for (auto dot = port.find('.'); dot != std::string::npos; dot = port.find('.', dot + 1)) {
    path += "/" + port.substr(0, dot);
  }
  return path;
}

std::string hex(const usb::Bytes& bytes) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string text;
  for (const auto byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::string hex16(unsigned value) {
  return hex({static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value & 0xFFU)});
}

/// umockdev's description of a device: see its test-umockdev and libusb's tests/umockdev.c.
std::string describe(const std::string& path, const std::string& port, unsigned address, const sim::UsbModel& model) {
  const auto bus = port.substr(0, port.find('-'));
  const auto three = [](unsigned number) {
    auto text = std::to_string(number);
    return std::string(3 - text.size(), '0') + text;
  };
  const auto bus3 = three(static_cast<unsigned>(std::stoul(bus)));
  const auto node = "bus/usb/" + bus3 + "/" + three(address);
  std::string text = "P: " + path.substr(4) + "\nN: " + node +
                     "\nE: SUBSYSTEM=usb\nE: DRIVER=usb\nE: DEVTYPE=usb_device\nE: BUSNUM=" + bus3 +
                     "\nE: DEVNUM=" + three(address) + "\nE: DEVNAME=/dev/" + node + "\n";
  const auto attribute = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += std::string("A: ") + name + "=" + value + "\\n\n";
  };
  attribute("busnum", bus);
  attribute("devnum", std::to_string(address));
  attribute("speed", "1.5");
  attribute("bConfigurationValue", "1");
  attribute("idVendor", hex16(model.vendor()));
  attribute("idProduct", hex16(model.product()));
  attribute("bDeviceClass", hex({model.device_class()}));
  attribute("manufacturer", model.maker_text());
  attribute("product", model.product_text());
  attribute("serial", model.serial_text());
  return text + "H: descriptors=" + hex(model.descriptors()) + "\n\n";
}

}  // namespace

struct Stage::Impl {
  struct Place {
    std::shared_ptr<sim::UsbModel> model;
    std::string path;
    std::string node;
    bool plugged = false;
  };

  UMockdevTestbed* bed = umockdev_testbed_new();
  std::string root;
  std::map<std::string, Place> places;
  std::map<std::string, std::unique_ptr<Seat>> seats;  ///< by node: they stay, for old handles must stay dead
  unsigned next_address = 2;

  Seat& seat_at(const std::string& node) {
    auto& seat = seats[node];
    if (!seat) {
      seat = std::make_unique<Seat>();
      g_autoptr(GError) error = nullptr;
      if (umockdev_testbed_attach_ioctl(bed, node.c_str(), seat->handler(), &error) == FALSE) {
        throw std::runtime_error(error != nullptr ? error->message : "attach_ioctl");
      }
    }
    return *seat;
  }
};

Stage::Stage() : impl_(std::make_unique<Impl>()) {
  if (umockdev_in_mock_environment() == FALSE) throw std::runtime_error("run me under umockdev-wrapper");
  g_autofree char* root = umockdev_testbed_get_root_dir(impl_->bed);
  impl_->root = root;
}

Stage::~Stage() {
  // From the leaves to the hubs.
  for (auto each = impl_->places.rbegin(); each != impl_->places.rend(); ++each) unplug(each->first);
  g_object_unref(impl_->bed);
}

void Stage::plug(const std::string& port, std::shared_ptr<sim::UsbModel> model) {
  auto& place = impl_->places[port];
  if (place.plugged) return;
  place.model = std::move(model);
  place.model->power_up();
  const auto address = impl_->next_address;
  impl_->next_address = address == last_address ? 2 : address + 1;
  place.path = parent_path(port) + "/" + port;
  const auto text = describe(place.path, port, address, *place.model);
  const auto at = text.find("N: ") + 3;
  place.node = "/dev/" + text.substr(at, text.find('\n', at) - at);
  auto& seat = impl_->seat_at(place.node);
  const auto file = impl_->root + place.node;
  unlink(file.c_str());
  seat.plug(place.model);
  place.model->answer_late([&seat](std::uint32_t ticket, sim::UsbAnswer answer) {
    seat.arrived(ticket, std::move(answer));  // a seat stays as long as the stage
  });
  g_autoptr(GError) error = nullptr;
  if (umockdev_testbed_add_from_string(impl_->bed, text.c_str(), &error) == FALSE) {
    throw std::runtime_error(error != nullptr ? error->message : "add_from_string");
  }
  // A plain file is always ready and libusb would spin: a FIFO that is full until a transfer is back blocks as usbfs
  // does.
  unlink(file.c_str());
  if (mkfifo(file.c_str(), 0666) != 0) throw std::runtime_error("mkfifo " + file);
  seat.signal_by(file);
  place.plugged = true;
}

void Stage::unplug(const std::string& port) {
  auto& place = impl_->places[port];
  if (!place.plugged) return;
  place.plugged = false;
  impl_->seat_at(place.node).unplug();
  umockdev_testbed_uevent(impl_->bed, place.path.c_str(), "remove");
  umockdev_testbed_remove_device(impl_->bed, place.path.c_str());
}

void Stage::permit(const std::string& port, bool allowed) {
  const auto& place = impl_->places[port];
  chmod((impl_->root + place.node).c_str(), allowed ? 0666 : 0);
}

bool Stage::act(const std::string& port, const std::vector<std::string>& words) {
  const auto& place = impl_->places[port];
  if (!place.model) return false;
  const std::lock_guard lock(Seat::mutex());
  return place.model->act(words);
}

std::string Stage::state(const std::string& port) const {
  const auto place = impl_->places.find(port);
  const std::lock_guard lock(Seat::mutex());
  return place == impl_->places.end() || !place->second.model ? "" : place->second.model->state();
}

std::size_t Stage::in_flight() const {
  std::size_t count = 0;
  for (const auto& [node, seat] : impl_->seats) count += seat->in_flight();
  return count;
}

std::size_t Stage::open_handles() const {
  std::size_t count = 0;
  for (const auto& [node, seat] : impl_->seats) count += seat->handles();
  return count;
}

bool on_stage() {
  const auto* preload = std::getenv("LD_PRELOAD");
  if (preload != nullptr && std::string(preload).find("umockdev") != std::string::npos) return true;
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string line((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::string> words{"umockdev-wrapper", "/proc/self/exe"};
  for (std::size_t at = line.find('\0') + 1; at < line.size(); at = line.find('\0', at) + 1) {
    words.emplace_back(line.c_str() + at);
  }
  words[1] = std::string(512, '\0');
  const auto size = readlink("/proc/self/exe", words[1].data(), words[1].size());
  words[1].resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // The preload comes before the sanitizer's runtime, which is right here.
  const auto* options = std::getenv("ASAN_OPTIONS");
  setenv("ASAN_OPTIONS", (std::string(options != nullptr ? options : "") + ":verify_asan_link_order=0").c_str(), 1);
  execvp(arguments[0], arguments.data());
  std::perror("umockdev-wrapper");
  std::exit(77);
}

}  // namespace inspect::tests
