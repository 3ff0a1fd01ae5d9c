import { deviceOf } from 'pullback'
import { backendLaws, programs } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { check } from '../../laws/support.js'
import { toy } from './toy.js'

const tolerance = { absolute: 2 ** -17, relative: 2 ** -17 }
check(backendLaws, { device: deviceOf(toy), reference: reference(), tolerance }, programs(), { runs: 60 })
