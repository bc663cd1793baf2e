; SPDX-License-Identifier: Apache-2.0
;
; void callout_call(unsigned long address, unsigned long dp, struct outcome *outcome)
; Calls address with dp as data pointer (%r27) and known values in the argument registers, and keeps what a routine tells of itself.
	.level	2.0w
	.text
	.align	8
	.globl	callout_call
	.type	callout_call,@function
callout_call:
	.proc
	.callinfo	frame=128,calls,save_rp
	.entry
	std	%rp,-16(%sp)
	ldo	128(%sp),%sp
	std	%r27,-120(%sp)
	std	%r24,-112(%sp)
	std	%r26,-104(%sp)
	copy	%r25,%r27
	copy	%r26,%r31
	ldi	1022,%r26
	ldi	1021,%r25
	ldi	1020,%r24
	ldi	1019,%r23
	ldi	0,%ret0
	ldi	0,%ret1
	bve,l	(%r31),%rp
	nop
	; a bit for each argument register that is not as it was
	ldi	0,%r31
	ldi	1022,%r19
	sub,*=	%r26,%r19,%r0
	depdi	1,63,1,%r31
	ldi	1021,%r19
	sub,*=	%r25,%r19,%r0
	depdi	1,62,1,%r31
	ldi	1020,%r19
	sub,*=	%r24,%r19,%r0
	depdi	1,61,1,%r31
	ldi	1019,%r19
	sub,*=	%r23,%r19,%r0
	depdi	1,60,1,%r31
	ldd	-112(%sp),%r24
	std	%ret0,0(%r24)
	std	%ret1,8(%r24)
	std	%r31,16(%r24)
	ldd	-120(%sp),%r27
	ldd	-144(%sp),%rp
	ldo	-128(%sp),%sp
	bve	(%rp)
	nop
	.exit
	.procend

; What may be called from there: each gives its number, and the data pointer that it finds.
	.macro	routine name, number
	.align	8
	.globl	\name
	.type	\name,@function
\name:	ldi	\number,%ret0
	bve	(%rp)
	copy	%r27,%ret1
	.endm

	routine	callout_a, 101
	routine	callout_b, 102

	.section	.rodata
	.align	8
	.globl	callout_routines
callout_routines:
	.dword	callout_a
	.dword	callout_b
