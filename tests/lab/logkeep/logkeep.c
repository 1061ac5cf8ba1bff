/* logkeep: keeps the firmware's measurement log for an operating system that is started by way of Xen.
 *
 * Linux' EFI stub copies the TCG2 event log into a configuration table before boot services end. Under Xen that stub does not run, so dom0 would have the right
 * PCRs and no log. This application is started in the boot loader's place, makes that table, has it filled when boot services end, and starts the boot loader.
 * It is measured into PCR 4 like every other image.
 *
 * TCG EFI Protocol Specification, 6.5 (GetEventLog) and 7 (the final events table is not needed: the log is copied as late as can be). */
#include <efi.h>
#include <efilib.h>

#define LOG_FORMAT_TCG_2 2
#define CAPACITY (256 * 1024)

typedef struct Tcg2 {
    VOID *GetCapability;
    EFI_STATUS (EFIAPI *GetEventLog)(struct Tcg2 *, UINT32 format, EFI_PHYSICAL_ADDRESS *first, EFI_PHYSICAL_ADDRESS *last, BOOLEAN *truncated);
} Tcg2;

/* Linux: struct linux_efi_tpm_eventlog */
typedef struct {
    UINT32 size;
    UINT32 finalEventsBeforeExit;
    UINT8 version;
    UINT8 log[];
} __attribute__((packed)) KeptLog;

static EFI_GUID tcg2Guid = {0x607f766c, 0x7455, 0x42be, {0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f}};
static EFI_GUID keptLogGuid = {0xb7799cb0, 0xeca2, 0x4943, {0x96, 0x67, 0x1f, 0xae, 0x07, 0xb7, 0x47, 0xfa}};

static Tcg2 *tcg2;
static KeptLog *kept;

static UINT16 u16(const UINT8 *at) { return at[0] | at[1] << 8; }
static UINT32 u32(const UINT8 *at) { return at[0] | at[1] << 8 | at[2] << 16 | (UINT32)at[3] << 24; }

static UINTN digestSize(UINT16 algorithm)
{
    switch (algorithm) {
    case 0x0004: return 20; /* SHA-1 */
    case 0x000c: return 48; /* SHA-384 */
    case 0x000d: return 64; /* SHA-512 */
    default: return 32;     /* SHA-256, SM3 */
    }
}

/* The first event has the old format: PCR, type, a SHA-1 digest, size, data. */
static const UINT8 *endOfFirst(const UINT8 *event) { return event + 32 + u32(event + 28); }

/* All others: PCR, type, count of digests, digests, size, data. */
static const UINT8 *endOf(const UINT8 *event)
{
    UINT32 count = u32(event + 8);
    const UINT8 *at = event + 12;
    while (count-- > 0)
        at += 2 + digestSize(u16(at));
    return at + 4 + u32(at);
}

static VOID EFIAPI keep(EFI_EVENT event, VOID *context)
{
    EFI_PHYSICAL_ADDRESS first = 0, last = 0;
    BOOLEAN truncated = FALSE;
    if (tcg2->GetEventLog(tcg2, LOG_FORMAT_TCG_2, &first, &last, &truncated) != EFI_SUCCESS || first == 0 || last == 0)
        return;

    const UINT8 *start = (const UINT8 *)(UINTN)first, *lastEvent = (const UINT8 *)(UINTN)last;
    UINTN size = (lastEvent == start ? endOfFirst(lastEvent) : endOf(lastEvent)) - start;
    if (size > CAPACITY - sizeof *kept)
        return;

    for (UINTN i = 0; i < size; i++)
        kept->log[i] = start[i];
    kept->size = size;
}

static BOOLEAN prepare(void)
{
    EFI_PHYSICAL_ADDRESS memory = 0xffffffff;
    EFI_EVENT event;
    if (BS->LocateProtocol(&tcg2Guid, NULL, (VOID **)&tcg2) != EFI_SUCCESS ||
        BS->AllocatePages(AllocateMaxAddress, EfiACPIReclaimMemory, CAPACITY / EFI_PAGE_SIZE, &memory) != EFI_SUCCESS)
        return FALSE;

    kept = (KeptLog *)(UINTN)memory;
    kept->size = 0;
    kept->finalEventsBeforeExit = 0;
    kept->version = LOG_FORMAT_TCG_2;
    return BS->CreateEvent(EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_CALLBACK, keep, NULL, &event) == EFI_SUCCESS &&
        BS->InstallConfigurationTable(&keptLogGuid, kept) == EFI_SUCCESS;
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system)
{
    EFI_LOADED_IMAGE *image;
    EFI_HANDLE loader;
    InitializeLib(self, system);
    Print(prepare() ? L"logkeep: the measurement log will be kept\r\n" : L"logkeep: no TPM, or no memory: no log\r\n");

    EFI_STATUS status = BS->HandleProtocol(self, &LoadedImageProtocol, (VOID **)&image);
    if (status == EFI_SUCCESS)
        status = BS->LoadImage(FALSE, self, FileDevicePath(image->DeviceHandle, L"\\EFI\\BOOT\\GRUBX64.EFI"), NULL, 0, &loader);
    if (status == EFI_SUCCESS)
        status = BS->StartImage(loader, NULL, NULL);
    Print(L"logkeep: the boot loader came back: %r\r\n", status);
    return status;
}
